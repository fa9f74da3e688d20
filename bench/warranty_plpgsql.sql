-- bench/warranty_plpgsql.sql: the warranty rules for the desk @desk@ as a
-- PL/pgSQL row trigger, written as well as we can: rules found through indexes
-- by kept plans, the terms of all covers at once.  It has less to do than
-- aftersales: rules have no conditions, and two of one rank are not refused.

CREATE TABLE @desk@.warranty_term AS SELECT * FROM aftersales.warranty_term WHERE policy = 'bench';
CREATE TABLE @desk@.exclusion AS SELECT * FROM aftersales.exclusion WHERE policy = 'bench';
CREATE TABLE @desk@.remedy_window AS SELECT * FROM aftersales.remedy_window WHERE policy = 'bench';
CREATE UNIQUE INDEX ON @desk@.warranty_term (policy, version, rule);
CREATE UNIQUE INDEX ON @desk@.exclusion (policy, version, rule);
CREATE UNIQUE INDEX ON @desk@.remedy_window (policy, version, rule);
ANALYZE @desk@.warranty_term, @desk@.exclusion, @desk@.remedy_window;

CREATE FUNCTION @desk@.classify() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    u @desk@.product_unit;
    x @desk@.exclusion;
    w record;
    t record;
    day date := (NEW.fault_at AT TIME ZONE 'Asia/Shanghai')::date;
    start date;
    part_start date;
    covers text[];
    until date;
    basis text;
    class text;
BEGIN
    IF NEW.unit_id IS NULL OR NEW.fault_at IS NULL OR NEW.fault_cause IS NULL
       OR (OLD.warranty_class IS NOT NULL
           AND (NEW.unit_id, NEW.fault_at, NEW.fault_cause, NEW.component, NEW.fault_code)
               IS NOT DISTINCT FROM (OLD.unit_id, OLD.fault_at, OLD.fault_cause, OLD.component, OLD.fault_code)) THEN
        RETURN NEW;
    END IF;
    SELECT * INTO u FROM @desk@.product_unit p WHERE p.unit_id = NEW.unit_id;
    SELECT p.installed_on INTO part_start FROM @desk@.unit_part p
    WHERE p.unit_id = NEW.unit_id AND p.component = NEW.component AND p.is_replacement
      AND p.installed_on <= day AND (p.removed_on IS NULL OR p.removed_on >= day)
    ORDER BY p.installed_on DESC, p.unit_part_id DESC LIMIT 1;
    start := coalesce(u.invoice_date, u.delivered_on);
    basis := CASE WHEN u.invoice_date IS NOT NULL THEN format('bought %s (invoice)', start)
                  WHEN start IS NOT NULL THEN format('delivered %s (no invoice date)', start)
                  ELSE 'neither invoice date nor delivery date known' END
          || CASE WHEN start IS NULL THEN format(', fault %s', day) WHEN day < start THEN format(', fault %s before that is day 0', day)
                  ELSE format(', fault %s is day %s', day, day - start) END;
    FOR t IN SELECT r.rule, r.applies_to, r.clauses, r.term, r.in_class, r.expired_class, min(r.n) AS n, array_agg(r.cover ORDER BY r.n) AS covers, r.until
             FROM (SELECT DISTINCT ON (r.applies_to, c.n) r.*, c.cover, c.n,
                          coalesce((CASE r.applies_to WHEN 'unit' THEN start ELSE part_start END + r.term)::date - r.count_first_day::integer,
                                   'infinity') AS until
                   FROM @desk@.warranty_term r JOIN (VALUES ('parts', 1), ('labour', 2), ('visit', 3)) c(cover, n) ON c.cover = ANY (r.covers)
                   WHERE r.policy = NEW.policy AND r.version = NEW.policy_version
                     AND CASE r.applies_to WHEN 'unit' THEN start ELSE part_start END IS NOT NULL
                     AND (r.product_line IS NULL OR r.product_line = u.product_line)
                     AND (r.component IS NULL OR r.component = NEW.component)
                   ORDER BY r.applies_to, c.n, r.rank DESC) r
             GROUP BY r.rule, r.applies_to, r.clauses, r.term, r.in_class, r.expired_class, r.until
             ORDER BY r.applies_to DESC, 7 LOOP
        basis := basis || '; ' || CASE WHEN t.applies_to <> 'unit' THEN format('part of %s: ', part_start) ELSE '' END
              || CASE WHEN t.term IS NULL THEN t.rule || ' for life'
                      ELSE format(CASE WHEN t.until >= day THEN '%s until %s' ELSE '%s ended %s' END, t.rule, t.until) END
              || format(' (%s)', array_to_string(t.clauses, ','));
        IF until IS NULL OR t.until > until THEN
            until := t.until;
            class := CASE WHEN day <= t.until THEN t.in_class ELSE t.expired_class END;
        END IF;
        IF day <= t.until THEN
            covers := covers || t.covers;
        END IF;
    END LOOP;
    covers := ARRAY(SELECT c FROM unnest('{parts,labour,visit}'::text[]) c WHERE c = ANY (covers));
    IF class IS NOT NULL AND covers <> '{}' THEN
        SELECT * INTO x FROM @desk@.exclusion e
        WHERE e.policy = NEW.policy AND e.version = NEW.policy_version AND (e.fault_cause IS NULL OR e.fault_cause = NEW.fault_cause)
          AND (e.product_line IS NULL OR e.product_line = u.product_line) AND (e.component IS NULL OR e.component = NEW.component)
        ORDER BY e.rank DESC LIMIT 1;
        IF FOUND THEN
            class := x.warranty_class;
            covers := CASE WHEN x.covers IS NULL THEN '{}' ELSE ARRAY(SELECT c FROM unnest(covers) c WHERE c <> ALL (x.covers)) END;
            basis := basis || format('; %s takes away all cover (%s)', x.rule, array_to_string(x.clauses, ','));
        END IF;
    END IF;
    NEW.remedies := CASE WHEN class IS NOT NULL THEN '{}'::text[] END;
    IF class IS NOT NULL THEN
        FOR w IN SELECT r.rule, r.remedies, r.clauses, r.needs_invoice AND u.invoice_date IS NULL AS lacks_invoice FROM @desk@.remedy_window r
                 WHERE r.policy = NEW.policy AND r.version = NEW.policy_version AND (r.classes IS NULL OR class = ANY (r.classes))
                   AND (r.product_line IS NULL OR r.product_line = u.product_line) AND (r.component IS NULL OR r.component = NEW.component)
                   AND (r.fault_codes IS NULL OR NEW.fault_code = ANY (r.fault_codes))
                   AND (r.from_day IS NULL AND r.to_day IS NULL
                        OR greatest(day - start, 0) + r.count_first_day::integer BETWEEN coalesce(r.from_day, 0) AND coalesce(r.to_day, 2147483647))
                 ORDER BY r.rank DESC LOOP
            basis := basis || format(CASE WHEN w.lacks_invoice THEN '; %s needs an invoice date (%s)' ELSE '; %s (%s)' END, w.rule,
                                     array_to_string(w.clauses, ','));
            IF NOT w.lacks_invoice THEN
                NEW.remedies := w.remedies;
                EXIT;
            END IF;
        END LOOP;
    END IF;
    NEW.warranty_class := class;
    NEW.covers := CASE WHEN class IS NOT NULL THEN covers END;
    NEW.warranty_until := CASE WHEN class IS NOT NULL THEN until END;
    NEW.warranty_basis := basis;
    RETURN NEW;
END $$;

-- before the trigger that records, by its name
CREATE TRIGGER classify BEFORE UPDATE ON @desk@.ticket FOR EACH ROW EXECUTE FUNCTION @desk@.classify();
