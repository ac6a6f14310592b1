CREATE TABLE products (
  sku varchar(40) NOT NULL,
  title varchar(200) NOT NULL,
  price decimal(10,2) NOT NULL,
  attributes json DEFAULT NULL,
  updated_at datetime DEFAULT NULL,
  PRIMARY KEY (sku),
  INDEX by_title (title(20)),
  CONSTRAINT price_check CHECK (price >= 0)
);
