create table orders (id serial primary key);
create view recent as select id from orders;
