-- bench/warranty.sql: claims whose cause is not known yet, on b_enforced, and
-- what bare statements are given: how each will be classified.

INSERT INTO b_enforced.product_unit (unit_id, policy, serial_no, invoice_date, delivered_on)
SELECT i, 'bench', 'B' || i, CASE WHEN i % 13 > 0 THEN date '2019-01-01' + i % 2000 END, date '2019-01-03' + i % 2000
FROM generate_series(1, :claims) i;
INSERT INTO b_enforced.unit_part (unit_id, component, installed_on, is_replacement)
SELECT i, 'monitor', date '2022-06-01' + i % 900, true FROM generate_series(1, :claims) i WHERE i % 5 = 0;
INSERT INTO b_enforced.ticket (ticket_id, ticket_type, unit_id, component, fault_code, fault_at)
SELECT 2000000000 + i, 'claim', i, (ARRAY['host', 'host', 'monitor', 'software'])[1 + i % 4], (ARRAY['P01', 'P02', 'K01'])[1 + i % 3],
       (date '2019-01-01' + i % 2000 + (ARRAY[0, 5, 9, 20, 100, 700, 1090, 1200])[1 + i / 4 % 8]) AT TIME ZONE 'Asia/Shanghai' + interval '10 hours'
FROM generate_series(1, :claims) i;
ANALYZE b_enforced.product_unit, b_enforced.unit_part, b_enforced.ticket;

CREATE FUNCTION bench.cause(ticket_id bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
$$SELECT (ARRAY['product', 'product', 'user', 'disaster', 'unknown'])[1 + ticket_id % 5]$$;

CREATE TABLE bench.claim AS
SELECT t.ticket_id, bench.cause(t.ticket_id) AS fault_cause, c.warranty_class,
       array_remove(ARRAY[CASE WHEN c.covers_parts THEN 'parts' END, CASE WHEN c.covers_labour THEN 'labour' END,
                          CASE WHEN c.covers_visit THEN 'visit' END], NULL) AS covers,
       c.remedies, c.expires_on AS warranty_until, c.basis AS warranty_basis
FROM b_enforced.ticket t,
     aftersales.classify_warranty(t.unit_id, t.fault_at, bench.cause(t.ticket_id), t.component, t.fault_code, 'b_enforced') c
WHERE t.ticket_id > 2000000000;
ALTER TABLE bench.claim ADD PRIMARY KEY (ticket_id);
ANALYZE bench.claim;

CREATE FUNCTION bench.bulk_causes_b_enforced(n integer) RETURNS void LANGUAGE sql AS $$
    UPDATE b_enforced.ticket SET fault_cause = bench.cause(ticket_id) WHERE ticket_id > 2000000000 AND ticket_id <= 2000000000 + n;
$$;
CREATE FUNCTION bench.bulk_causes_b_plpgsql(n integer) RETURNS void LANGUAGE sql AS $$
    UPDATE b_plpgsql.ticket SET fault_cause = bench.cause(ticket_id) WHERE ticket_id > 2000000000 AND ticket_id <= 2000000000 + n;
$$;
CREATE FUNCTION bench.bulk_causes_b_rule(n integer) RETURNS void LANGUAGE sql AS $$
    UPDATE b_rule.ticket SET fault_cause = bench.cause(ticket_id) WHERE ticket_id > 2000000000 AND ticket_id <= 2000000000 + n;
$$;

-- The rows that the triggers would have written, hash, digest and salt given.
CREATE FUNCTION bench.bulk_causes_b_bare(n integer) RETURNS void LANGUAGE sql AS $$
    UPDATE b_bare.ticket t
    SET fault_cause = c.fault_cause, warranty_class = c.warranty_class, covers = c.covers, remedies = c.remedies,
        warranty_until = c.warranty_until, warranty_basis = c.warranty_basis, row_version = row_version + 1,
        changed_at = now(), event_at = now(), event_seq = event_seq + 2,
        event_hash = '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
    FROM bench.claim c WHERE t.ticket_id = c.ticket_id AND t.ticket_id > 2000000000 AND t.ticket_id <= 2000000000 + n;
    WITH event AS (
        INSERT INTO b_bare.ticket_event (ticket_id, seq, event, occurred_at, recorded_at, actor, origin, private_digest, hash)
        SELECT ticket_id, 1 + e.seq, e.event, now(), now(), session_user, 'ticket',
               '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
               '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff'
        FROM bench.claim, (VALUES (1, 'changed:fault_cause'), (2, 'changed:warranty_class')) e(seq, event)
        WHERE ticket_id > 2000000000 AND ticket_id <= 2000000000 + n
        ORDER BY ticket_id, e.seq
        RETURNING event_id, ticket_id, seq)
    INSERT INTO b_bare.event_private (event_id, salt, data)
    SELECT e.event_id, '\x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
           CASE e.seq WHEN 2 THEN jsonb_build_object('old', NULL, 'new', c.fault_cause)
                ELSE jsonb_build_object('old', NULL, 'new', c.warranty_class,
                    'was', '{"covers": null, "remedies": null, "warranty_until": null, "warranty_basis": null}'::jsonb,
                    'is', jsonb_build_object('covers', c.covers::text, 'remedies', c.remedies::text,
                                             'warranty_until', c.warranty_until::text, 'warranty_basis', c.warranty_basis)) END
    FROM event e JOIN bench.claim c USING (ticket_id);
$$;

-- Raises when the ways leave n claims different; undone.
CREATE FUNCTION bench.same_claims(n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    way text;
    differ bigint;
BEGIN
    BEGIN
        PERFORM bench.bulk_causes_b_enforced(n);
        FOREACH way IN ARRAY '{b_bare,b_plpgsql,b_rule}'::text[] LOOP
            EXECUTE format('SELECT bench.bulk_causes_%s(%s)', way, n);
            EXECUTE format('SELECT count(*) FROM b_enforced.ticket a FULL JOIN %I.ticket b USING (ticket_id)
                            WHERE ticket_id > 2000000000 AND ticket_id <= 2000000000 + %s
                              AND (a.fault_cause, a.warranty_class, a.covers, a.remedies, a.warranty_until, a.warranty_basis)
                                  IS DISTINCT FROM (b.fault_cause, b.warranty_class, b.covers, b.remedies, b.warranty_until, b.warranty_basis)',
                           way, n) INTO differ;
            IF differ > 0 THEN
                RAISE EXCEPTION '% classifies % claims otherwise', way, differ;
            END IF;
        END LOOP;
        FOREACH way IN ARRAY '{b_bare,b_plpgsql}'::text[] LOOP
            EXECUTE format($q$SELECT count(*)
                FROM (SELECT e.ticket_id, e.seq, e.event, p.data FROM b_enforced.ticket_event e JOIN b_enforced.event_private p USING (event_id)
                      WHERE ticket_id > 2000000000) a
                FULL JOIN (SELECT e.ticket_id, e.seq, e.event, p.data FROM %1$I.ticket_event e JOIN %1$I.event_private p USING (event_id)
                           WHERE ticket_id > 2000000000) b USING (ticket_id, seq)
                WHERE (a.event, a.data) IS DISTINCT FROM (b.event, b.data)$q$, way) INTO differ;
            IF differ > 0 THEN
                RAISE EXCEPTION '% records % events otherwise', way, differ;
            END IF;
        END LOOP;
        RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = 'undo';
    EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
        RETURN;
    END;
END $$;
