CREATE TABLE customers (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email varchar(255) NOT NULL,
  name text NOT NULL,
  `order` int DEFAULT NULL,
  active tinyint(1) NOT NULL DEFAULT 1,
  referrer_id int unsigned DEFAULT NULL,
  UNIQUE KEY email (email),
  CONSTRAINT referrer FOREIGN KEY (referrer_id) REFERENCES customers (id)
) ENGINE=InnoDB;
