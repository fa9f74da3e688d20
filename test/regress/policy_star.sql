-- A star is no expression (the parser must never see it as one).
INSERT INTO aftersales.policy (policy, title_en) VALUES ('star', 'Star');
INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('star', 1, 'a');
INSERT INTO aftersales.workflow_guard (policy, version, guard, requires, message_en) VALUES ('star', 1, 'g', '*', 'm');
INSERT INTO aftersales.workflow_guard (policy, version, guard, requires, message_en) VALUES ('star', 1, 'g', 'ticket_template.*', 'm');
INSERT INTO aftersales.workflow_guard (policy, version, guard, requires, message_en) VALUES ('star', 1, 'g', '(*)', 'm');
INSERT INTO aftersales.workflow_guard (policy, version, guard, requires, message_en) VALUES ('star', 1, 'g', 'aftersales.ticket_template.*', 'm');
SELECT aftersales.expression_problem('star', 1, 'a', 'condition', '*');
DELETE FROM aftersales.policy WHERE policy = 'star';
