create table users (
  id bigint primary key,
  name varchar(100) not null,
  email varchar(255) not null,
  key by_email (email)
);
