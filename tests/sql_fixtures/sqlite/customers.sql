CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    "order" INTEGER
);
CREATE TABLE products (
    sku VARCHAR(40) NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    updated_at DATETIME
);
