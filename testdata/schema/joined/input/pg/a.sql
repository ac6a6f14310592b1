create table a (x int)
-- done; really