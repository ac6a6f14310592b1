CREATE TYPE state AS ENUM ('open', 'paid', 'void');
CREATE TABLE orders (
  id int PRIMARY KEY,
  total int,
  code varchar(10),
  state state
);
CREATE INDEX by_code ON orders (code);
CREATE INDEX by_total ON orders (total);
CREATE TABLE visits (id int PRIMARY KEY, at int);
CREATE VIEW latest AS SELECT id, at FROM visits WHERE at > 0;
CREATE FUNCTION tax(total int) RETURNS int LANGUAGE sql AS $$ SELECT total / 5 $$;
