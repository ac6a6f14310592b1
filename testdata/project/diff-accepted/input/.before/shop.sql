-- generate: allow destructive users.old it was made by mistake
create table users (id int primary key, nick text, old text, other text);
create table logs (id int primary key);
