create table orders (id serial primary key);
create function f() returns int language sql as 'select 1';
