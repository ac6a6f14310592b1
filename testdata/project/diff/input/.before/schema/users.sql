create table users (
  id bigint primary key,
  name varchar(255) not null,
  short_bio text
);
create table sessions (
  id int primary key
);
