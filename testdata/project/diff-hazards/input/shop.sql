CREATE TYPE state AS ENUM ('open', 'paid');
CREATE TABLE orders (
  id int PRIMARY KEY,
  total bigint,
  code varchar(20),
  state state,
  key uuid DEFAULT gen_random_uuid(),
  CONSTRAINT paid CHECK (total >= 0)
);
CREATE INDEX by_code ON orders (code) WHERE code <> '';
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON orders USING (state = 'open');
COMMENT ON COLUMN orders.total IS 'in cents';
CREATE TABLE visits (id int PRIMARY KEY, at bigint);
CREATE OR REPLACE VIEW latest AS
  SELECT id, at FROM visits -- the others have no time
  WHERE at > 0;
CREATE FUNCTION tax(total int) RETURNS int LANGUAGE sql AS $$ SELECT total / 4 $$;
