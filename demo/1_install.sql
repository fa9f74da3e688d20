-- 1_install.sql: from an empty database to a desk that takes calls.

\set ON_ERROR_STOP on
\set QUIET on
\pset footer off

-- Three statements install the extension, a desk and a ready policy.
CREATE EXTENSION aftersales;
SELECT aftersales.create_desk();
SELECT aftersales.install_policy('power_hotline') AS installed_version;

-- What the policy says about the people who act: which roles it names.
SELECT ticket_type, from_state, to_state, roles
FROM aftersales.workflow_transition
WHERE policy = 'power_hotline' AND ticket_type = 'fault' AND cardinality(roles) = 1
ORDER BY from_state, to_state
LIMIT 5;

-- The organisation: a call centre, and a branch with repair teams per area.
INSERT INTO desk.org_unit (org_code, label) VALUES
    ('centre',        '95598 centre'),
    ('branch-urban',  'Branch, urban'),
    ('branch-rural',  'Branch, rural'),
    ('branch-remote', 'Branch, remote'),
    ('department-1',  'Marketing department');

-- Its people, by role and number: twelve agents, three shift leaders, five
-- repair teams, one department.
INSERT INTO desk.staff (login, org_id, label)
SELECT s.login, o.org_id, s.login
FROM (SELECT 'agent-' || to_char(n, 'FM00') AS login, 'centre' AS org_code FROM generate_series(1, 12) n
      UNION ALL SELECT 'leader-' || n, 'centre' FROM generate_series(1, 3) n
      UNION ALL SELECT 'team-' || n, CASE WHEN n <= 2 THEN 'branch-urban' WHEN n <= 4 THEN 'branch-rural' ELSE 'branch-remote' END
                FROM generate_series(1, 5) n
      UNION ALL VALUES ('clerk-1', 'department-1')) s
JOIN desk.org_unit o USING (org_code);

-- Who may do what: the role names are those of the policy.
INSERT INTO desk.staff_role (login, role)
SELECT login, CASE split_part(login, '-', 1)
                  WHEN 'agent' THEN 'agent'
                  WHEN 'leader' THEN 'shift_leader'
                  WHEN 'team' THEN 'repair_team'
                  ELSE 'department' END
FROM desk.staff;

SELECT r.role, count(*) AS people, min(r.login) AS first, max(r.login) AS last
FROM desk.staff_role r GROUP BY r.role ORDER BY r.role;
