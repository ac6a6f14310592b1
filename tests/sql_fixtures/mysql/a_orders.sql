# Orders need customers and products, which are created in files that come later by name.
CREATE TABLE `orders` (
  `id` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `customer_id` int unsigned NOT NULL,
  `status` enum('new','paid','sent') NOT NULL DEFAULT 'new',
  `total` decimal(12,2) NOT NULL DEFAULT 0.00,
  note varchar(200) DEFAULT 'none',
  placed_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (`id`),
  KEY `orders_customer` (`customer_id`,`placed_at`),
  CONSTRAINT `orders_customer_fk` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='what was ordered; by whom';

CREATE TABLE order_lines (
  order_id bigint unsigned NOT NULL,
  line int NOT NULL,
  sku varchar(40) NOT NULL,
  quantity int NOT NULL DEFAULT 1,
  PRIMARY KEY (order_id, line),
  UNIQUE KEY by_sku (order_id, sku),
  FOREIGN KEY (order_id) REFERENCES orders (id),
  FOREIGN KEY (sku) REFERENCES products (sku)
);
