create table orders (id int primary key, note text);
create table audit (id int);
