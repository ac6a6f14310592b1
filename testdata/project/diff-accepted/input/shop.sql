-- generate: allow destructive users.old it was made by mistake
-- generate: allow destructive users.nick nobody reads it since v12
-- generate: allow destructive logs
create table users (id int primary key);
-- generate: allow destructive logs they are in the data warehouse now
