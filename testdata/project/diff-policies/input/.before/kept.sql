create type state as enum ('new', 'paid');
create table orders (id int primary key, note text, state state, weight int not null);
