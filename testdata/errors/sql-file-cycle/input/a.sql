create table a (id int primary key, b int references b (id));
