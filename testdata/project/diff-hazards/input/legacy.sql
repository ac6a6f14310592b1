CREATE TABLE people (
  id int PRIMARY KEY,
  name varchar(50) NOT NULL,
  city varchar(50) CHARACTER SET latin1,
  born date,
  KEY by_city (city)
) COMMENT = 'customers';
