-- What a refusal of a row of another table says: one of each kind. And row
-- guards that are refused when they are written.
SET datestyle = 'ISO, YMD';
SET timezone = 'UTC';
SET client_min_messages = warning;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('rows', 'Rows');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('rows', 1, 'rows_job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('rows', 1, 'new', 'initial'), ('rows', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('rows', 1, 'new', 'done');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('rows', 1, 'vip', 'boolean');
INSERT INTO aftersales.event_type (policy, version, event, roles, allowed_in, backdate_limit) VALUES
    ('rows', 1, 'document:pass', '{planner}', NULL, NULL), ('rows', 1, 'document:bill', NULL, '{done}', NULL), ('rows', 1, 'visit:arrived', NULL, NULL, '01:00');
INSERT INTO aftersales.row_guard (policy, version, table_name, on_action, guard, condition, requires, roles, message_en, message_zh, clauses) VALUES
    ('rows', 1, 'visit', NULL, 'short_window', NULL, $$upper(appointment) - lower(appointment) <= interval '3 hours'$$, NULL, 'a window of at most 3 hours', '时间段不超过三小时', '{T-1}'),
    ('rows', 1, 'visit', 'insert', 'vip_only', $$reason = 'vip'$$, 'vip', NULL, 'for important customers only', NULL, '{T-2,T-1}'),
    ('rows', 1, 'visit', 'update', 'planner', $$reason = 'plan'$$, NULL, '{planner,manager}', 'planners plan', NULL, '{T-3}'),
    ('rows', 1, 'visit', NULL, 'raises', $$reason = 'zero'$$, '1 / (extract(hour FROM lower(appointment) - planned_at) - 2) > 0', NULL, '-', NULL, '{T-3}'),
    ('rows', 1, 'evidence', NULL, 'by_nothing', $$kind = 'odd'$$, $$evidence_count('odd', 'kind') = 0$$, NULL, '-', NULL, '{}');
SELECT aftersales.activate_policy('rows', 1);
SELECT aftersales.create_desk('rows');
SET aftersales.desk = 'rows';
INSERT INTO rows.staff (login) VALUES ('engineer_1'), ('planner_1');
INSERT INTO rows.staff_role VALUES ('planner_1', 'planner');
SET aftersales.now = '2026-03-02 08:00+00';
INSERT INTO rows.ticket (ticket_type) SELECT 'rows_job' FROM generate_series(1, 5);
SELECT aftersales.void_ticket(5, 'opened by mistake');
INSERT INTO rows.visit (ticket_id, engineer, appointment, external_ref) VALUES (1, 'engineer_1', '[2026-03-02 10:00+00,2026-03-02 12:00+00)', 'v-1');
INSERT INTO rows.custody (ticket_id, receipt_no, promised_at) VALUES (1, 'R-1', '2026-03-03 18:00+00');
INSERT INTO rows.evidence (ticket_id, kind) VALUES (1, 'photo');
INSERT INTO rows.document (ticket_id, kind, number) VALUES (1, 'form', '7');
INSERT INTO rows.quote_item (ticket_id, item, quantity) VALUES (1, 'fan', 1);
SET aftersales.now = '2026-03-02 09:00+00';
\t \a

-- ---------- SV002: guards, all that are not met, in English and in Chinese
SELECT t.try('INSERT INTO rows.visit (ticket_id, engineer, appointment, reason) VALUES (1, ''engineer_1'', ''[2026-03-02 14:00+00,2026-03-02 18:00+00)'', ''vip'')');
SET aftersales.language = 'zh';
SELECT t.try('INSERT INTO rows.visit (ticket_id, engineer, appointment, reason) VALUES (1, ''engineer_1'', ''[2026-03-02 14:00+00,2026-03-02 18:00+00)'', ''vip'')');
RESET aftersales.language;
SELECT t.try('UPDATE rows.visit SET appointment = ''[2026-03-02 14:00+00,2026-03-02 18:00+00)''');
-- ---------- SV003: roles
SELECT t.try('UPDATE rows.visit SET reason = ''plan''');
SELECT t.try('INSERT INTO rows.document (ticket_id, kind) VALUES (1, ''pass'')');
SET aftersales.actor = 'nobody_1';
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind) VALUES (1, ''photo'')');
RESET aftersales.actor;
-- ---------- an expression that fails, and one that asks nonsense: whose it is
\set VERBOSITY default
INSERT INTO rows.visit (ticket_id, engineer, appointment, reason) VALUES (1, 'engineer_1', '[2026-03-02 11:00+00,2026-03-02 12:00+00)', 'zero');
INSERT INTO rows.evidence (ticket_id, kind) VALUES (1, 'odd');
\set VERBOSITY terse

-- ---------- SV004: columns that are written by triggers only
SELECT t.try('INSERT INTO rows.visit (ticket_id, engineer, engineer_grade, appointment) VALUES (1, ''engineer_1'', 5, ''[2026-03-02 14:00+00,2026-03-02 15:00+00)'')');
SELECT t.try('UPDATE rows.visit SET engineer_grade = 5');
SELECT t.try('INSERT INTO rows.custody (ticket_id, receipt_no, received_by) VALUES (1, ''R-2'', ''engineer_1'')');
SELECT t.try('UPDATE rows.custody SET received_by = NULL');
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind, taken_by) VALUES (1, ''photo'', ''engineer_1'')');
SELECT t.try('INSERT INTO rows.document (ticket_id, kind, issued_by) VALUES (1, ''form'', ''engineer_1'')');
SELECT t.try('UPDATE rows.quote_item SET quoted_by = ''engineer_1''');
-- what is an event already
SELECT t.try('UPDATE rows.visit SET planned_at = planned_at - interval ''1 millisecond''');
SELECT t.try('UPDATE rows.custody SET received_at = NULL');
-- what a row is, and where
SELECT t.try('UPDATE rows.visit SET ticket_id = 2');
SELECT t.try('UPDATE rows.visit SET visit_id = 2');
SELECT t.try('UPDATE rows.document SET kind = ''slip''');
-- what has ended, and what never changes
UPDATE rows.visit SET cancelled_at = aftersales.now();
SELECT t.try('UPDATE rows.visit SET note = ''x''');
SELECT t.try('UPDATE rows.visit SET cancelled_at = NULL');
SELECT t.try('UPDATE rows.evidence SET note = ''x''');
SELECT t.try('UPDATE rows.evidence SET external_ref = ''x''');
-- rows do not go
DO $$
DECLARE tab text;
BEGIN
    FOREACH tab IN ARRAY '{visit,custody,evidence,document,quote_item}'::text[] LOOP
        RAISE INFO '%', t.try(format('DELETE FROM rows.%I', tab));
        RAISE INFO '%', t.try(format('TRUNCATE rows.%I', tab));
    END LOOP;
END $$;
-- nor does anything but the row bring the event
SELECT t.try('INSERT INTO rows.ticket_event (ticket_id, event) VALUES (1, ''visit:arrived'')');
SELECT t.try('INSERT INTO rows.ticket_event (ticket_id, event) VALUES (1, ''custody:released'')');
-- nor takes it out; its time may be put right
SELECT t.try(format('SELECT aftersales.correct_event(%s, ''no'')', event_id)) FROM rows.ticket_event WHERE event ~ ':' ORDER BY seq;
SELECT t.try(format('SELECT aftersales.correct_event(%s, ''earlier'', ''2026-03-02 08:30+00'')', event_id)) FROM rows.ticket_event WHERE event = 'visit:cancelled';
SELECT t.try('SELECT aftersales.correct_event(event_id, ''later'', ''2026-03-02 08:40+00'') FROM rows.ticket_event WHERE event = ''correction''');

-- ---------- SV005: times
CREATE FUNCTION t.visit(columns text, vals text) RETURNS text LANGUAGE sql AS $$
    SELECT t.try(format('INSERT INTO rows.visit (ticket_id, engineer, appointment, %s) VALUES (2, ''engineer_1'', ''[2026-03-02 10:00+00,2026-03-02 12:00+00)'', %s)', columns, vals)) $$;
SELECT t.visit('planned_at', '''2026-03-02 09:01+00''');
SELECT t.visit('planned_at', '''2026-03-02 07:59+00''');
SELECT t.visit('planned_at, arrived_at', '''2026-03-02 08:30+00'', ''2026-03-02 08:29+00''');
SELECT t.visit('arrived_at', '''2026-03-02 09:01+00''');
SELECT t.visit('arrived_at', '''-infinity''');
SELECT t.visit('done_at', '''infinity''');
SELECT t.visit('planned_at, arrived_at', '''2026-03-02 07:30+00'', ''2026-03-02 08:29+00''');
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind, taken_at) VALUES (2, ''photo'', ''2026-03-02 09:01+00'')');
-- a little ahead of now is now; as long ago as the event allows
BEGIN;
SELECT t.visit('planned_at, arrived_at', '''2026-03-02 08:00+00'', ''2026-03-02 09:00:01+00''');
SELECT planned_at, arrived_at FROM rows.visit WHERE ticket_id = 2;
ROLLBACK;
SELECT t.visit('planned_at, confirmed_at', '''2026-03-02 08:00+00'', ''2026-03-02 08:00+00''');
SET aftersales.now = '2026-03-02 10:00+00';
SELECT t.try('UPDATE rows.visit SET departed_at = ''2026-03-02 07:59+00'' WHERE ticket_id = 2');
SELECT t.try('UPDATE rows.visit SET arrived_at = ''2026-03-02 08:59+00'' WHERE ticket_id = 2');
SELECT t.try('UPDATE rows.visit SET arrived_at = ''2026-03-02 09:00+00'' WHERE ticket_id = 2');
-- promises
SELECT t.try('INSERT INTO rows.custody (ticket_id, receipt_no, promised_at) VALUES (1, ''R-2'', ''2026-03-02 10:00+00'')');
SELECT t.try('UPDATE rows.custody SET promised_at = ''2026-03-02 09:00+00''');
SELECT t.try('UPDATE rows.custody SET promised_at = ''infinity''');

-- ---------- SV001: where the ticket is
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind) VALUES (5, ''photo'')');
SELECT t.try('INSERT INTO rows.document (ticket_id, kind) VALUES (1, ''bill'')');
-- ---------- what is missing, what there is not, what is there already
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind) VALUES (77, ''photo'')');
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind) VALUES (NULL, ''photo'')') ~ '^23502: null value in column "ticket_id" of relation "evidence"';
SELECT t.try('INSERT INTO rows.evidence (ticket_id) VALUES (1)') ~ '^23502: null value in column "kind" of relation "evidence"';
SELECT t.try('INSERT INTO rows.visit (ticket_id, engineer) VALUES (1, ''engineer_1'')') ~ '^23502: null value in column "appointment" of relation "visit"';
SELECT t.try('UPDATE rows.visit SET engineer = NULL WHERE ticket_id = 2') ~ '^23502: null value in column "engineer" of relation "visit"';
SELECT t.try('INSERT INTO rows.visit (ticket_id, engineer, appointment) VALUES (1, ''engineer_9'', ''[2026-03-09 10:00+00,2026-03-09 12:00+00)'')');
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind) VALUES (1, ''Photo'')') ~ 'evidence_kind_check';
SELECT t.try('INSERT INTO rows.visit (ticket_id, engineer, appointment) VALUES (1, ''engineer_1'', ''[2026-03-02 11:00+00,2026-03-02 12:00+00)'')');
SELECT t.try(format('INSERT INTO rows.visit (ticket_id, engineer, appointment) VALUES (1, ''engineer_1'', %L)', w)) FROM unnest('{empty,"[2026-03-02 11:00+00,)"}'::text[]) w;
ALTER TABLE rows.visit DISABLE TRIGGER aftersales_judge;
SELECT split_part(t.try(format('INSERT INTO rows.visit (ticket_id, engineer, planned_at, appointment) VALUES (1, ''engineer_1'', now(), %L)', w)), E'\n', 1)
FROM unnest('{empty,"[2026-03-02 11:00+00,)","(,2026-03-02 11:00+00)","[-infinity,2026-03-02 11:00+00)","[2026-03-02 11:00+00,infinity)"}'::text[]) w;
-- ---------- a table that has lost a trigger, or is not what it was
SELECT t.try('INSERT INTO rows.visit (ticket_id, engineer, planned_at, appointment) VALUES (1, ''engineer_1'', now(), ''[2026-03-09 11:00+00,2026-03-09 12:00+00)'')');
ALTER TABLE rows.visit ENABLE TRIGGER aftersales_judge;
ALTER TABLE rows.visit DISABLE TRIGGER aftersales_begin;
SELECT t.try('UPDATE rows.visit SET note = ''x'' WHERE ticket_id = 2');
ALTER TABLE rows.visit ENABLE TRIGGER aftersales_begin;
BEGIN;
ALTER TABLE rows.visit ALTER external_ref TYPE integer USING visit_id, DROP COLUMN advice;
SELECT t.try('UPDATE rows.visit SET note = ''x'' WHERE ticket_id = 2');
ALTER TABLE rows.visit ADD COLUMN advice text;
SELECT t.try('UPDATE rows.visit SET note = ''x'' WHERE ticket_id = 2');
ROLLBACK;
CREATE TRIGGER mine BEFORE UPDATE ON rows.visit FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge();
SELECT t.try('UPDATE rows.visit SET note = ''x'' WHERE ticket_id = 2');
DROP TRIGGER mine ON rows.visit;
CREATE TRIGGER mine BEFORE UPDATE ON rows.visit FOR EACH ROW EXECUTE FUNCTION aftersales.row_judge('ticket');
SELECT t.try('UPDATE rows.visit SET note = ''x'' WHERE ticket_id = 2');
DROP TRIGGER mine ON rows.visit;
SELECT t.try('SELECT aftersales.row_judge()');
SELECT t.try('SELECT aftersales.row_record()');
-- a record trigger of somebody's without its transition tables
CREATE TRIGGER mine AFTER INSERT ON rows.evidence FOR EACH STATEMENT EXECUTE FUNCTION aftersales.row_record('evidence');
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind) VALUES (1, ''photo'')');
DROP TRIGGER mine ON rows.evidence;
CREATE TRIGGER mine AFTER UPDATE ON rows.ticket FOR EACH STATEMENT EXECUTE FUNCTION aftersales.ticket_record();
SELECT t.try('UPDATE rows.ticket SET channel = ''x'' WHERE ticket_id = 1');
DROP TRIGGER mine ON rows.ticket;
CREATE TRIGGER mine AFTER UPDATE ON rows.ticket REFERENCING NEW TABLE AS n FOR EACH STATEMENT EXECUTE FUNCTION aftersales.ticket_record();
SELECT t.try('UPDATE rows.ticket SET channel = ''x'' WHERE ticket_id = 1');
DROP TRIGGER mine ON rows.ticket;
CREATE TRIGGER mine AFTER INSERT ON rows.contact FOR EACH STATEMENT EXECUTE FUNCTION aftersales.contact_record();
SELECT t.try('INSERT INTO rows.contact (channel, started_at) VALUES (''phone'', aftersales.now())');
DROP TRIGGER mine ON rows.contact;
-- ---------- another trigger alters a row that was judged, or skips one that others were judged by
CREATE FUNCTION t.meddle_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'meddled'; RETURN CASE WHEN NEW.item = 'skip' THEN NULL ELSE NEW END; END $$;
CREATE TRIGGER zz BEFORE INSERT OR UPDATE ON rows.evidence FOR EACH ROW EXECUTE FUNCTION t.meddle_row();
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind) VALUES (1, ''photo'')');
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind, item) VALUES (1, ''photo'', ''skip'')');
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind, item, note) VALUES (1, ''photo'', ''skip'', ''meddled''), (1, ''photo'', ''b'', ''meddled'')');
INSERT INTO aftersales.policy (policy, title_en) VALUES ('rows2', 'Rows');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('rows2', 1, 'rows2_job');
INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES ('rows2', 1, 'new', 'initial'), ('rows2', 1, 'done', 'done');
INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('rows2', 1, 'new', 'done');
INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, message_en) VALUES ('rows2', 1, 'evidence', 'once', $$NOT has_event('evidence:key')$$, '-');
SELECT aftersales.activate_policy('rows2', 1);
INSERT INTO rows.ticket (ticket_id, ticket_type) VALUES (100, 'rows2_job');
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind, item, note) VALUES (100, ''photo'', ''skip'', ''meddled''), (100, ''photo'', ''b'', ''meddled'')');
DROP TRIGGER zz ON rows.evidence;
-- its name sorts before ours: what it writes is judged
CREATE TRIGGER aa BEFORE INSERT OR UPDATE ON rows.evidence FOR EACH ROW EXECUTE FUNCTION t.meddle_row();
SELECT t.try('INSERT INTO rows.evidence (ticket_id, kind) VALUES (1, ''photo'')');
DROP TRIGGER aa ON rows.evidence;

-- ---------- SV011: row guards that are refused when they are written
-- (of what PostgreSQL's parser says the first line: the rest differs by version)
CREATE FUNCTION t.guard(table_name text, requires text, condition text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT CASE WHEN x ~ '^(SV|23|done)' THEN x ELSE split_part(x, E'\n', 1) END FROM t.try(format('INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, condition, message_en) VALUES (''rows3'', 1, %L, ''g'', %L, %L, ''-'')', table_name, requires, condition)) x $$;
INSERT INTO aftersales.policy (policy, title_en) VALUES ('rows3', 'Rows');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('rows3', 1, 'rows3_job');
INSERT INTO aftersales.attribute (policy, version, attribute, data_type) VALUES ('rows3', 1, 'vip', 'boolean');
SELECT t.guard('nowhere', 'true');
SELECT t.guard('ticket', 'true');
SELECT t.guard('ticket_event', 'true');
SELECT t.guard('visit_template', 'true');
SELECT t.guard(NULL, 'true');
SELECT t.guard('visit', 'no_such_column');
SELECT t.guard('visit', 'status = ''new''');
SELECT t.guard('visit', 'ticket.vip');
SELECT t.guard('visit', 'old.nothing IS NULL');
SELECT t.guard('visit', 'other.note IS NULL');
SELECT t.guard('visit', 'appointment');
SELECT t.guard('visit', 'old IS NULL');
SELECT t.guard('visit', 'ticket.ctid IS NULL');
SELECT t.guard('visit', 'xmin IS NULL');
SELECT t.guard('visit', 'now() > planned_at');
SELECT t.guard('visit', 'planned_at + interval ''1 hour'' > arrived_at');
SELECT t.guard('visit', 'current_user = engineer');
SELECT t.guard('visit', 'random() < 0.5');
SELECT t.guard('visit', 'pg_sleep(1) IS NULL');
SELECT t.guard('visit', 'EXISTS (SELECT 1)');
SELECT t.guard('visit', 'count(*) > 0');
SELECT t.guard('visit', 'true; DROP TABLE x');
SELECT t.guard('visit', '$1');
SELECT t.guard('visit', 'note::rows.visit IS NULL');
SELECT t.guard('visit', 'aftersales.sweep() IS NULL');
-- a condition asks no guard function
SELECT t.guard('visit', 'true', 'has_event(''x'')');
SELECT t.guard('visit', 'true', 'evidence_count(''x'') > 0');
SELECT t.guard('visit', 'true', 'has_role(''x'')');
-- neither what is required nor a role; names; actions
SELECT t.guard('visit', NULL) ~ 'row_guard_asks_check';
SELECT t.try('INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, message_en) VALUES (''rows3'', 1, ''visit'', ''Guard'', ''true'', ''-'')') ~ 'row_guard_name_check';
SELECT t.try('INSERT INTO aftersales.row_guard (policy, version, table_name, guard, on_action, requires, message_en) VALUES (''rows3'', 1, ''visit'', ''g'', ''delete'', ''true'', ''-'')') ~ 'row_guard_on_action_check';
SELECT t.guard('visit', 'vip');
SELECT t.guard('visit', 'vip') ~ 'row_guard_key';
-- money is not computed in floating point; what a warranty may read
SELECT k || ': ' || coalesce(aftersales.expression_problem('rows3', 1, 'rows3_job', k, e, 'visit'), 'fine') FROM (VALUES
    ('amount', 'unit_price * quantity'), ('amount', 'unit_price * 1.2::float8'), ('amount', 'sqrt(quantity::float8)::numeric'), ('amount', '5'), ('amount', 'evidence_count(''x'')'), ('warranty', 'vip'), ('warranty', 'area IS NULL'), ('amount', 'no_price'),
    ('row_guard', 'vip AND old.note IS NULL'), ('row_condition', 'vip AND old.note IS NULL'), ('row_condition', 'has_role(''x'')'), ('guard', 'vip AND old.note IS NULL'), ('condition', 'has_role(''x'')')) v(k, e);
SELECT aftersales.expression_problem('rows3', 1, 'rows3_job', 'row_guard', 'vip');
SELECT aftersales.expression_problem('rows3', 1, 'rows3_job', 'row_guard', 'vip', 'nowhere');
SELECT t.try('SELECT aftersales.expression_problem(''rows3'', 1, ''rows3_job'', ''price'', ''vip'')');

\t \a
SELECT event, origin, count(*) FROM t.history('rows') GROUP BY 1, 2 ORDER BY 1, 2;
SELECT * FROM aftersales.verify_audit();
SELECT * FROM aftersales.verify_clocks();
DROP FUNCTION t.visit, t.guard;
DROP SCHEMA rows, rows_bi CASCADE;
DROP FUNCTION t.meddle_row;
