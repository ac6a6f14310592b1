create table users (
  id bigserial primary key,
  email text not null,
  name varchar(80) not null,
  nick text not null default 'nobody',
  joined timestamptz not null default now()
);
create table orders (
  id int generated always as identity primary key,
  user_id bigint not null references users (id),
  total numeric(10, 2) generated always as (net * 1.2) stored,
  net numeric(10, 2) not null default 0
);
create table audited (note text, by_whom text not null);
create function who() returns trigger language plpgsql as $$ begin new.by_whom := 'x'; return new; end $$;
create trigger who before insert on audited for each row execute function who();
create domain price as numeric(10, 2) default 0;
create table priced (id int, price price not null);
create table lines (id int primary key);
