CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE orders (
  id int PRIMARY KEY,
  customer_id int NOT NULL,
  payer_id int NOT NULL,
  CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE,
  CONSTRAINT orders_customer_too FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE RESTRICT,
  CONSTRAINT orders_payer FOREIGN KEY (payer_id) REFERENCES customers (id) ON DELETE RESTRICT
);
