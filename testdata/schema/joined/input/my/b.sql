DELIMITER $$
create procedure p() begin select 1; select 2; END$$
create procedure q() begin select 1; end