CREATE VIEW customer_totals AS
SELECT c.id, c.email, sum(o.total) AS total
FROM customers c
JOIN orders o ON o.customer_id = c.id
WHERE extract(year FROM o.placed_at) > 2000
GROUP BY c.id, c.email;

COMMENT ON VIEW customer_totals IS 'what each customer''s orders come to';
