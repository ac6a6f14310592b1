CREATE TRIGGER touch AFTER UPDATE ON products BEGIN
    UPDATE products SET updated_at = CASE WHEN 1 THEN CURRENT_TIMESTAMP END WHERE sku = NEW.sku;
END;

CREATE VIEW titles AS SELECT sku, title FROM products;
