-- name: GetUser :one
select id, email, tags from users where id = $1;

-- name: Add :exec
insert into orders (user_id, total) values (sqlc.arg(u), @total::numeric) returning id;
-- name: Add2 :exec
insert into orders (user_id) values (?);
-- name: Up :exec
update users set s = 'a', emial = 'x' where id = $1;
select * from gone;
lock table users;
