-- Probes for what Atlas leaves out without a login: one for each row of the table in src/left_out.rs that
-- MariaDB has. `says` lists what `generate` names; `fails` that Atlas cannot apply the rest.
-- probe: tables, columns, keys, checks, indexes, enums
-- says:
CREATE TABLE users (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, email varchar(100) NOT NULL UNIQUE, mood enum('sad', 'happy'), n int CHECK (n > 0));
CREATE TABLE orders (id int PRIMARY KEY, user_id bigint, FOREIGN KEY (user_id) REFERENCES users (id));
CREATE INDEX orders_user ON orders (user_id);
-- probe: a view
-- says: View active_users
CREATE TABLE users (id int PRIMARY KEY, active boolean);
CREATE OR REPLACE ALGORITHM = MERGE DEFINER = CURRENT_USER SQL SECURITY INVOKER VIEW active_users AS SELECT id FROM users WHERE active;
-- probe: routines, a trigger and an event
-- says: Function twice, Procedure tidy, Trigger users_touch, Event nightly
CREATE TABLE users (id int PRIMARY KEY, at datetime);
CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 2;
CREATE PROCEDURE tidy() DELETE FROM users;
CREATE TRIGGER users_touch BEFORE UPDATE ON users FOR EACH ROW SET NEW.at = now();
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM users;
-- probe: a sequence
-- says: Sequence numbers
CREATE TABLE users (id int PRIMARY KEY);
CREATE SEQUENCE numbers START WITH 100;
-- probe: a default by a sequence
-- says: Sequence numbers
-- fails: users
CREATE SEQUENCE numbers;
CREATE TABLE users (id int PRIMARY KEY DEFAULT (nextval(numbers)));
-- probe: a table with system versioning
-- says: VersionedTable history
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE history (id int PRIMARY KEY) WITH SYSTEM VERSIONING;
-- probe: rows
-- says: Data users, Data users, Data users, Data users
-- empty: users
CREATE TABLE users (id int PRIMARY KEY, name text);
INSERT INTO users VALUES (1, 'a'), (2, 'b');
REPLACE INTO users VALUES (2, 'c');
UPDATE users SET name = 'c' WHERE id = 1;
DELETE FROM users WHERE id = 1;
-- probe: roles and permissions
-- says: Role reader, Permission
CREATE TABLE users (id int PRIMARY KEY);
CREATE ROLE reader;
GRANT SELECT ON users TO reader;
-- probe: a call
-- says: Procedure fill, Call fill
-- empty: users
CREATE TABLE users (id int PRIMARY KEY);
CREATE PROCEDURE fill() INSERT INTO users VALUES (1);
CALL fill();
-- probe: a default by the next value of a sequence, which is no serial column here
-- says: Sequence user_id_seq
-- fails: users
CREATE SEQUENCE user_id_seq;
CREATE TABLE users (id int PRIMARY KEY DEFAULT (NEXT VALUE FOR user_id_seq));
