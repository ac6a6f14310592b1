create table d (x int);
