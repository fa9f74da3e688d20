-- 60_desk.sql: which desks there are.

CREATE VIEW aftersales.desk AS
SELECT n.nspname AS desk, pg_get_userbyid(c.relowner) AS owner
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE t.tgfoid = 'aftersales.ticket_judge()'::regprocedure AND NOT t.tgisinternal;
COMMENT ON VIEW aftersales.desk IS 'Grain: one row per desk, found by its triggers.';
COMMENT ON COLUMN aftersales.desk.desk IS 'Schema of the desk.';
COMMENT ON COLUMN aftersales.desk.owner IS 'Role that owns its tables.';
