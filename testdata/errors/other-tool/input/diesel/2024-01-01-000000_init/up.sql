create table f (id int primary key);
