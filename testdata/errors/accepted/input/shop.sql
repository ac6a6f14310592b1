create table users (id int primary key);
-- generate: allow unknown-column a generated column of the partition
-- Two comments are between.

comment on column users.emall is 'the address';
-- generate: allow unknown-table
create view a as select * from nothing;
-- generate: allow atlas-leaves-out
create view b as select * from users; -- generate: allow unknown-table nothing is unknown here
