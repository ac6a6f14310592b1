create domain email as text check (value like '%@%');
create table users (id integer primary key, email email, active boolean);
create sequence users_id_seq owned by users.id;
alter table users alter column id set default nextval('users_id_seq'::regclass);
alter table users enable row level security;
create policy own on users using (email = current_user);
