alter table orders alter number drop default;
alter table orders alter number add generated always as identity;
