create table b (id int primary key, a int references a (id));
