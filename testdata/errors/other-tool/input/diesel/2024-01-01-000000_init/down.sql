drop table f;
