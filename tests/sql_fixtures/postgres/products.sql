CREATE SEQUENCE product_numbers INCREMENT BY 10;

CREATE TABLE products (
    sku varchar(40) NOT NULL,
    number integer NOT NULL DEFAULT nextval('product_numbers'::regclass),
    title varchar(200) NOT NULL,
    price numeric(10, 2) NOT NULL,
    attributes jsonb NOT NULL DEFAULT '{}',
    updated_at timestamptz,
    CONSTRAINT products_pkey PRIMARY KEY (sku)
);

CREATE UNIQUE INDEX products_number_idx ON products (number);
CREATE INDEX products_title_idx ON products (lower(title)) WHERE price > 0;
