create table h (id int primary key);
