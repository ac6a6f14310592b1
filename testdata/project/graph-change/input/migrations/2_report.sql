alter table users add column name text;
create role report login password 'correct-horse-battery';
