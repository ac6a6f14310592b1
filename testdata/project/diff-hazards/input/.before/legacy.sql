CREATE TABLE people (
  id int PRIMARY KEY,
  Name varchar(50) NOT NULL,
  city varchar(50) CHARACTER SET utf8mb4
);
