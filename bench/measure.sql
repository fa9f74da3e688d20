-- bench/measure.sql: the measuring.  Time is taken inside the server, with
-- clock_timestamp() around a call.

CREATE TABLE bench.timing (
    work    text NOT NULL,
    way     text NOT NULL,
    round   integer NOT NULL,
    n       bigint NOT NULL,
    ms      double precision NOT NULL
);

-- Runs a call and returns what it took.
CREATE FUNCTION bench.ms_of(call text) RETURNS double precision LANGUAGE plpgsql AS $$
DECLARE
    start timestamptz := clock_timestamp();
BEGIN
    EXECUTE 'SELECT ' || call;
    RETURN 1000 * extract(epoch FROM clock_timestamp() - start);
END $$;

-- Runs a call that stays and keeps what it took.
CREATE FUNCTION bench.measure(work text, way text, round integer, n bigint, call text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    took double precision := bench.ms_of(call);
BEGIN
    INSERT INTO bench.timing VALUES (work, way, round, n, took);
END $$;

-- n idle sweeps of a desk, and n look-ups by primary key.
CREATE FUNCTION bench.sweeps(desk name, n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    FOR i IN 1..n LOOP
        SELECT s.rows INTO found FROM aftersales.sweep(desk => sweeps.desk) s;
        IF found <> 0 THEN
            RAISE EXCEPTION 'the sweep was not idle: %', found;
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION bench.lookups(n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
BEGIN
    FOR i IN 1..n LOOP
        SELECT c.ticket_id INTO STRICT found FROM b_sweep.sla_clock c WHERE c.clock_id = 1 + i * 997;
    END LOOP;
END $$;

-- n updates of one row each: the tickets of b_enforced opened last go back and
-- forth between two states.
CREATE PROCEDURE bench.updates(n integer) LANGUAGE plpgsql AS $$
DECLARE
    ids bigint[] := ARRAY(SELECT ticket_id FROM b_enforced.ticket WHERE status IN ('new', 'submitted')
                          ORDER BY ticket_id DESC LIMIT 100);
BEGIN
    FOR i IN 1..n LOOP
        UPDATE b_enforced.ticket SET status = CASE status WHEN 'new' THEN 'submitted' ELSE 'new' END
        WHERE ticket_id = ids[1 + i % cardinality(ids)];
        IF i % 100 = 0 THEN
            COMMIT;
        END IF;
    END LOOP;
END $$;

CREATE VIEW bench.memory AS
SELECT count(*) AS contexts, sum(total_bytes)::bigint AS bytes FROM pg_backend_memory_contexts;
