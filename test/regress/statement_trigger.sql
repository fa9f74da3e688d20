-- Users' own triggers beside ours: what they change before us is judged, what
-- they change after us is refused, and what they write from inside is chained.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
\pset null ''
\set VERBOSITY terse
SELECT aftersales.create_desk('trig');
SET aftersales.desk = 'trig';
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO trig.ticket (ticket_type, area) SELECT 'visit', 'urban' FROM generate_series(1, 9);

-- ---------- a BEFORE ROW trigger that sorts before ours: its change is judged
CREATE FUNCTION t.set_channel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF new.subject = 'go' THEN new.status := 'work'; END IF;
    IF new.subject = 'leap' THEN new.status := 'done'; END IF;
    new.channel := 'by trigger';
    RETURN new;
END $$;
CREATE TRIGGER aa_mine BEFORE INSERT OR UPDATE ON trig.ticket FOR EACH ROW EXECUTE FUNCTION t.set_channel();
UPDATE trig.ticket SET subject = 'go' WHERE ticket_id = 1;
UPDATE trig.ticket SET subject = 'leap' WHERE ticket_id = 2;
INSERT INTO trig.ticket (ticket_type, area) VALUES ('job', 'urban') RETURNING channel;
DROP TRIGGER aa_mine ON trig.ticket;
SELECT ticket_id, seq, event, move FROM t.history('trig', '{1,2}');

-- ---------- one that sorts after ours and changes what was judged: refused
CREATE FUNCTION t.meddle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE tg_argv[0]
        WHEN 'status' THEN new.status := 'done';
        WHEN 'area' THEN new.area := 'rural';
        WHEN 'event_seq' THEN new.event_seq := new.event_seq + 1;
        WHEN 'null' THEN IF new.ticket_id = 4 THEN RETURN NULL; END IF;
        ELSE NULL;
    END CASE;
    RETURN new;
END $$;
CREATE TRIGGER zz_mine BEFORE INSERT OR UPDATE ON trig.ticket FOR EACH ROW EXECUTE FUNCTION t.meddle('status');
\t \a
SELECT t.try('UPDATE trig.ticket SET priority = ''x'' WHERE ticket_id = 3');
SELECT t.try('INSERT INTO trig.ticket (ticket_type, area) VALUES (''visit'', ''urban'')');
DROP TRIGGER zz_mine ON trig.ticket;
CREATE TRIGGER zz_mine BEFORE INSERT OR UPDATE ON trig.ticket FOR EACH ROW EXECUTE FUNCTION t.meddle('area');
SELECT t.try('UPDATE trig.ticket SET priority = ''x'' WHERE ticket_id = 3');
DROP TRIGGER zz_mine ON trig.ticket;
CREATE TRIGGER zz_mine BEFORE INSERT OR UPDATE ON trig.ticket FOR EACH ROW EXECUTE FUNCTION t.meddle('event_seq');
SELECT t.try('UPDATE trig.ticket SET priority = ''x'' WHERE ticket_id = 3');
DROP TRIGGER zz_mine ON trig.ticket;
-- returns its row unchanged: nothing wrong
CREATE TRIGGER zz_mine BEFORE INSERT OR UPDATE ON trig.ticket FOR EACH ROW EXECUTE FUNCTION t.meddle('nothing');
SELECT t.try('UPDATE trig.ticket SET priority = ''x'' WHERE ticket_id = 3');
DROP TRIGGER zz_mine ON trig.ticket;
-- returns NULL for one row: that row is left alone, the others are written
CREATE TRIGGER zz_mine BEFORE INSERT OR UPDATE ON trig.ticket FOR EACH ROW EXECUTE FUNCTION t.meddle('null');
SELECT t.try('UPDATE trig.ticket SET status = ''work'' WHERE ticket_id IN (3, 4, 5)');
-- likewise while an event of the same statement is on the way
SELECT t.try('WITH e AS (INSERT INTO trig.ticket_event (ticket_id, event) VALUES (4, ''memo''), (5, ''memo''), (4, ''memo'') RETURNING ticket_id)
UPDATE trig.ticket t SET status = CASE status WHEN ''new'' THEN ''work'' ELSE ''wait'' END FROM e WHERE t.ticket_id = e.ticket_id');
DROP TRIGGER zz_mine ON trig.ticket;
\t \a
SELECT ticket_id, status, event_seq, row_version FROM trig.ticket WHERE ticket_id IN (3, 4, 5) ORDER BY 1;
SELECT ticket_id, seq, event, move FROM t.history('trig', '{3,4,5}');
SELECT ticket_id, clock, ended_as FROM t.clocks('trig', '{3,4,5}');
-- a chain that had a row skipped goes on
UPDATE trig.ticket SET status = 'work' WHERE ticket_id = 4;
INSERT INTO trig.ticket_event (ticket_id, event) VALUES (4, 'memo');
SELECT * FROM aftersales.verify_audit();

-- the same on ticket_event: an event that a trigger drops or alters after us
CREATE FUNCTION t.meddle_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CASE tg_argv[0]
        WHEN 'drop' THEN RETURN NULL;
        WHEN 'event' THEN new.event := 'answered';
        WHEN 'occurred_at' THEN new.occurred_at := new.occurred_at - interval '1 second';
        WHEN 'actor' THEN new.actor := 'somebody';
        WHEN 'ticket_id' THEN new.ticket_id := new.ticket_id + 1;
        WHEN 'external_ref' THEN new.external_ref := 'mine';
        WHEN 'event_id' THEN new.event_id := new.event_id + 100000;
        WHEN 'origin' THEN new.origin := 'ticket';
        WHEN 'digest' THEN new.private_digest := '\x00';
    END CASE;
    RETURN new;
END $$;
-- (in a transaction that is rolled back: each of these must be refused)
BEGIN;
DO $$
DECLARE what text;
BEGIN
    FOREACH what IN ARRAY '{drop,event,occurred_at,actor,ticket_id,external_ref,event_id,origin,digest}'::text[] LOOP
        EXECUTE format('CREATE TRIGGER zz_mine BEFORE INSERT ON trig.ticket_event FOR EACH ROW EXECUTE FUNCTION t.meddle_event(%L)', what);
        -- an application's event, then one that we write ourselves
        RAISE NOTICE '% app: %', what, split_part(t.try('INSERT INTO trig.ticket_event (ticket_id, event) VALUES (6, ''memo'')'), E'\n', 1);
        RAISE NOTICE '% own: %', what, split_part(t.try('UPDATE trig.ticket SET priority = ''y'' WHERE ticket_id = 6'), E'\n', 1);
        DROP TRIGGER zz_mine ON trig.ticket_event;
    END LOOP;
END $$;
SELECT * FROM t.history('trig', '{6,7}');
SELECT * FROM aftersales.verify_audit();
ROLLBACK;

-- ---------- a BEFORE ROW trigger on ticket_event that sorts before ours
CREATE FUNCTION t.name_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.note := 'by trigger';
    IF new.event = 'bad' THEN new.event := 'memo'; END IF;
    RETURN new;
END $$;
CREATE TRIGGER aa_mine BEFORE INSERT ON trig.ticket_event FOR EACH ROW WHEN (new.origin IS NULL) EXECUTE FUNCTION t.name_event();
INSERT INTO trig.ticket_event (ticket_id, event) VALUES (6, 'bad');
DROP TRIGGER aa_mine ON trig.ticket_event;
SELECT seq, event, note FROM t.history('trig', '{6}');

-- ---------- triggers on ticket do not reach into the write that moves a chain's head
UPDATE trig.ticket SET subject = 'leap' WHERE ticket_id = 6;
CREATE TRIGGER aa_mine BEFORE INSERT OR UPDATE ON trig.ticket FOR EACH ROW EXECUTE FUNCTION t.set_channel();
INSERT INTO trig.ticket_event (ticket_id, event, note) VALUES (6, 'memo', 'head 1');
DROP TRIGGER aa_mine ON trig.ticket;
SELECT status, channel FROM trig.ticket WHERE ticket_id = 6;
CREATE TRIGGER zz_mine BEFORE INSERT OR UPDATE ON trig.ticket FOR EACH ROW EXECUTE FUNCTION t.set_channel();
INSERT INTO trig.ticket_event (ticket_id, event, note) VALUES (6, 'memo', 'head 2');
DROP TRIGGER zz_mine ON trig.ticket;
SELECT status, channel FROM trig.ticket WHERE ticket_id = 6;
SELECT seq, event, note FROM t.history('trig', '{6}');

-- ---------- an AFTER ROW trigger on ticket_event that moves the ticket (a statement in a statement)
CREATE FUNCTION t.move_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE trig.ticket SET status = 'work' WHERE ticket_id = new.ticket_id AND status <> 'work';
    RETURN NULL;
END $$;
CREATE TRIGGER mine AFTER INSERT ON trig.ticket_event FOR EACH ROW WHEN (new.event = 'call_in') EXECUTE FUNCTION t.move_on();
-- call_in starts clock reply, the move that follows stops it
INSERT INTO trig.ticket_event (ticket_id, event) VALUES (7, 'call_in'), (8, 'call_in'), (7, 'memo');
DROP TRIGGER mine ON trig.ticket_event;
SELECT ticket_id, seq, event, move FROM t.history('trig', '{7,8}');
SELECT ticket_id, clock, start_seq, ended_as FROM t.clocks('trig', '{7,8}');
SELECT ticket_id, status, event_seq FROM trig.ticket WHERE ticket_id IN (7, 8) ORDER BY 1;

-- ---------- an AFTER ROW trigger on ticket that logs an event, and writes the ticket again
CREATE FUNCTION t.log_it() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO trig.ticket_event (ticket_id, event, note) VALUES (new.ticket_id, 'memo', 'by trigger');
    UPDATE trig.ticket SET channel = 'again' WHERE ticket_id = new.ticket_id;
    RETURN NULL;
END $$;
CREATE TRIGGER mine AFTER INSERT OR UPDATE OF status ON trig.ticket FOR EACH ROW EXECUTE FUNCTION t.log_it();
UPDATE trig.ticket SET status = 'work' WHERE ticket_id = 9;
INSERT INTO trig.ticket (ticket_id, ticket_type, area) VALUES (100, 'visit', 'rural'), (101, 'visit', 'rural');
DROP TRIGGER mine ON trig.ticket;
SELECT ticket_id, seq, event, move FROM t.history('trig', '{9,100,101}');
SELECT ticket_id, clock, cycle, start_seq, ended_as FROM t.clocks('trig', '{9,100,101}');
SELECT ticket_id, status, channel, event_seq FROM trig.ticket WHERE ticket_id IN (9, 100, 101) ORDER BY 1;
SELECT * FROM aftersales.verify_audit();

-- ---------- a trigger that writes protected tables itself: refused, also in the midst of our own writes
CREATE FUNCTION t.write_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() > 3 THEN RETURN NULL; END IF;
    CASE tg_argv[0]
        WHEN 'clock' THEN UPDATE trig.sla_clock SET due_at = due_at + interval '1 year';
        WHEN 'event' THEN UPDATE trig.ticket_event SET actor = 'somebody';
        WHEN 'private' THEN DELETE FROM trig.event_private;
        WHEN 'head' THEN UPDATE trig.ticket SET event_seq = 1;
    END CASE;
    RETURN NULL;
END $$;
DO $$
DECLARE tab text; what text; form text;
BEGIN
    FOREACH tab IN ARRAY '{ticket,ticket_event,event_private,sla_clock}'::text[] LOOP
        FOREACH what IN ARRAY '{clock,event,private,head}'::text[] LOOP
            FOREACH form IN ARRAY '{AFTER %s FOR EACH ROW,BEFORE %s FOR EACH STATEMENT,AFTER %s FOR EACH STATEMENT}'::text[] LOOP
                EXECUTE format('CREATE TRIGGER aa_mine %s EXECUTE FUNCTION t.write_clock(%L)',
                               format(form, 'INSERT OR UPDATE ON trig.' || tab), what);
                RAISE NOTICE '% % %: %', tab, what, replace(form, ' %s FOR EACH', ''),
                    split_part(t.try('UPDATE trig.ticket SET status = ''done'', attributes = ''{"address": "x"}'' WHERE ticket_id = 9'), E'\n', 1);
                EXECUTE format('DROP TRIGGER aa_mine ON trig.%I', tab);
            END LOOP;
        END LOOP;
    END LOOP;
END $$;
SELECT * FROM aftersales.verify_audit();
SELECT status FROM trig.ticket WHERE ticket_id = 9;
SET client_min_messages = warning;
DROP SCHEMA trig, trig_bi CASCADE;
