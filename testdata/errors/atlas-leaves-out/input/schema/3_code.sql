create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger users_touch before update on users for each row execute function touch();
insert into users (id) values (1);
update users set active = true;
grant select on users to reporting;
select pg_catalog.set_config('search_path', '', false);
select touch_all();
