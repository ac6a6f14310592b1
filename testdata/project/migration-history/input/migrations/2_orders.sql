create table orders (id int primary key);
create index by_id on orders (id);
