-- replay.sql: every row of the log becomes an INSERT or an UPDATE.

SET timezone = 'UTC';

SELECT aftersales.activate_policy('incident_management', 1) \g /dev/null

-- Assignment groups are organisation units.
INSERT INTO desk.org_unit (org_code)
SELECT DISTINCT assignment_group FROM incident.log WHERE assignment_group IS NOT NULL;

-- The first row of each incident opens it.
INSERT INTO desk.ticket (external_ref, ticket_type, status, priority, channel, area, category, org_id, attributes, happened_at)
SELECT l.number, 'incident', l.state, l.priority, l.contact_type, l.location, l.category, o.org_id, l.attributes, l.at
FROM incident.log l
LEFT JOIN desk.org_unit o ON o.org_code = l.assignment_group
WHERE l.n = 1
ORDER BY l.at, l.line_no;

-- The others change it.  A value that the log no longer has is removed.
PREPARE replay(int) AS
UPDATE desk.ticket t
SET status = l.state, priority = l.priority, channel = l.contact_type, area = l.location,
    category = l.category, org_id = o.org_id, attributes = l.attributes, happened_at = l.at
FROM incident.log l
LEFT JOIN desk.org_unit o ON o.org_code = l.assignment_group
WHERE l.n = $1 AND t.external_ref = l.number;

-- One statement for the second rows of all incidents, one for the third, …
SELECT format('EXECUTE replay(%s)', n) FROM generate_series(2, (SELECT max(n) FROM incident.log)) n
\gexec
