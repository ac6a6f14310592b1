CREATE TABLE orders (
  id bigserial PRIMARY KEY,
  note text NOT NULL,
  email text UNIQUE
);
CREATE TABLE items (id int PRIMARY KEY, kept boolean);
CREATE VIEW totals AS SELECT count(*) AS total FROM orders;
