create function f() returns int language sql as 'select 1';
create table orders (id serial primary key, n int default f());
