-- atlas:delimiter \n\n
create table b (x int);
comment on table b is $$b$$;

create table c (x int)