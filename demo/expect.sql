-- expect.sql: stops the demo where something is not as it should be.

CREATE FUNCTION pg_temp.expect(what text, is_so boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF is_so IS NOT TRUE THEN
        RAISE EXCEPTION 'the demo went wrong: %', what;
    END IF;
END $$;
