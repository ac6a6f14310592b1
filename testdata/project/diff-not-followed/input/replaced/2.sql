create or replace table orders (id int primary key);
