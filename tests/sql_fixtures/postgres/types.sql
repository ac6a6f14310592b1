CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent');

CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END;
$body$;
