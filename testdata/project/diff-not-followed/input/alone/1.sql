create type state as enum ('a');
create table orders (id serial primary key, state state);
