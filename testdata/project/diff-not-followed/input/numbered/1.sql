create table orders (id serial primary key, number int not null default 1);
