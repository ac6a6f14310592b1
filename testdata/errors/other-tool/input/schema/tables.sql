create table g (id int primary key);
