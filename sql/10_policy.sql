-- 10_policy.sql: the policy tables.
--
-- A policy is one company's set of rules, as rows, in versions.  A draft is
-- edited freely, an active version is frozen (labels and messages apart), and
-- a ticket keeps the version it was opened under.  A NULL ticket_type in a
-- rule row means "every ticket type of this policy".
--
-- There are no foreign keys among these tables: a parallel pg_restore loads
-- the data of extension tables in any order.  The row check of
-- 40_function.sql stands in for them, except while a dump is restored, and
-- so does the removal of what hangs on a deleted row.  What else spans rows
-- is said by check_policy() and refused by activate_policy().

CREATE SCHEMA aftersales;
COMMENT ON SCHEMA aftersales IS 'aftersales: policies as rows, the functions that enforce them, the clause catalogue.';

CREATE TABLE aftersales.policy (
    policy      text CONSTRAINT policy_pkey PRIMARY KEY
                CONSTRAINT policy_code_check CHECK (policy ~ '^[a-z][a-z0-9_]*$'),
    title_en    text NOT NULL,
    title_zh    text,
    source      text,
    timezone    text NOT NULL DEFAULT 'UTC',
    calendar    text
);
COMMENT ON TABLE aftersales.policy IS 'One row per company rule set. A new policy gets draft version 1.';
COMMENT ON COLUMN aftersales.policy.policy IS 'Code of the policy; tickets name it.';
COMMENT ON COLUMN aftersales.policy.title_en IS 'Title in English.';
COMMENT ON COLUMN aftersales.policy.title_zh IS 'Title in Chinese.';
COMMENT ON COLUMN aftersales.policy.source IS 'The document the rules come from.';
COMMENT ON COLUMN aftersales.policy.timezone IS 'IANA time zone in which days begin and end for this policy.';
COMMENT ON COLUMN aftersales.policy.calendar IS 'Calendar of its rules that name none; fixed once a version is active.';

CREATE TABLE aftersales.policy_version (
    policy          text NOT NULL,
    version         integer NOT NULL CONSTRAINT policy_version_number_check CHECK (version > 0),
    status          text NOT NULL DEFAULT 'draft'
                    CONSTRAINT policy_version_status_check CHECK (status IN ('draft', 'active', 'retired')),
    effective_from  timestamptz,
    activated_at    timestamptz,
    activated_by    text,
    digest          bytea,
    CONSTRAINT policy_version_pkey PRIMARY KEY (policy, version),
    CONSTRAINT policy_version_active_check
        CHECK ((status = 'draft') = (effective_from IS NULL)
           AND (status = 'draft') = (activated_at IS NULL))
);
COMMENT ON TABLE aftersales.policy_version IS 'One row per version of a policy: draft (editable), active (frozen, in force from effective_from), retired (a later version has taken over, marked at the latest with the next activation; tickets opened under it keep it).';
COMMENT ON COLUMN aftersales.policy_version.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.policy_version.version IS 'Number of the version, from 1.';
COMMENT ON COLUMN aftersales.policy_version.status IS 'draft, active or retired; set by activate_policy() only.';
COMMENT ON COLUMN aftersales.policy_version.effective_from IS 'A ticket opened at or after this instant is opened under this version, until a later version takes over.';
COMMENT ON COLUMN aftersales.policy_version.activated_at IS 'When activate_policy() froze it.';
COMMENT ON COLUMN aftersales.policy_version.activated_by IS 'Database user who activated it.';
COMMENT ON COLUMN aftersales.policy_version.digest IS 'policy_digest() of its rows when it was activated; tickets are not judged by a version whose rows have another one.';

CREATE TABLE aftersales.ticket_type (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text NOT NULL,
    position    integer NOT NULL DEFAULT 0,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT ticket_type_pkey PRIMARY KEY (policy, version, ticket_type)
);
COMMENT ON TABLE aftersales.ticket_type IS 'One row per kind of ticket a policy knows; each has its own workflow.';

CREATE TABLE aftersales.category (
    policy      text NOT NULL,
    version     integer NOT NULL,
    category    text NOT NULL,
    ticket_type text,
    parent      text,
    grade       text,
    position    integer NOT NULL DEFAULT 0,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT category_pkey PRIMARY KEY (policy, version, category)
);
COMMENT ON TABLE aftersales.category IS 'One row per category, a tree. When a ticket type has categories, a ticket of that type may name no other.';
COMMENT ON COLUMN aftersales.category.parent IS 'The category above it, NULL at the top.';
COMMENT ON COLUMN aftersales.category.grade IS 'Grade a ticket of this category gets when it is opened without one.';

CREATE TABLE aftersales.service_area (
    policy      text NOT NULL,
    version     integer NOT NULL,
    area        text NOT NULL,
    position    integer NOT NULL DEFAULT 0,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT service_area_pkey PRIMARY KEY (policy, version, area)
);
COMMENT ON TABLE aftersales.service_area IS 'One row per service area. When a policy has areas, ticket.area may name no other.';

CREATE TABLE aftersales.attribute (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text,
    attribute   text NOT NULL
                CONSTRAINT attribute_name_check CHECK (attribute ~ '^[a-z][a-z0-9_]*$'),
    data_type   text NOT NULL DEFAULT 'text'
                CONSTRAINT attribute_data_type_check
                CHECK (data_type IN ('text', 'integer', 'numeric', 'boolean', 'date', 'timestamptz')),
    required_in text[] NOT NULL DEFAULT '{}',
    allowed     text[],
    in_bi       boolean NOT NULL DEFAULT false,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT attribute_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, attribute)
);
COMMENT ON TABLE aftersales.attribute IS 'One row per key that ticket.attributes may hold; conditions and guards use it as a bare name, typed.';
COMMENT ON COLUMN aftersales.attribute.ticket_type IS 'Ticket type it belongs to; NULL: every type.';
COMMENT ON COLUMN aftersales.attribute.data_type IS 'text, integer (bigint), numeric, boolean, date (YYYY-MM-DD) or timestamptz (ISO 8601 with offset).';
COMMENT ON COLUMN aftersales.attribute.required_in IS 'States in which the attribute must have a value.';
COMMENT ON COLUMN aftersales.attribute.allowed IS 'The only values allowed; NULL: any of its type.';
COMMENT ON COLUMN aftersales.attribute.in_bi IS 'Whether BI views may show it (false for personal data).';

CREATE TABLE aftersales.event_type (
    policy          text NOT NULL,
    version         integer NOT NULL,
    ticket_type     text,
    event           text NOT NULL
                    CONSTRAINT event_type_name_check CHECK (event ~ '^[a-z][a-z0-9_]*(:[A-Za-z0-9_ -]+)?$'),
    roles           text[],
    allowed_in      text[],
    required_data   text[] NOT NULL DEFAULT '{}',
    backdate_limit  interval,
    label_en        text,
    label_zh        text,
    clauses         text[] NOT NULL DEFAULT '{}',
    CONSTRAINT event_type_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, event)
);
COMMENT ON TABLE aftersales.event_type IS 'One row per event that applications may log for a ticket. A row for a built-in name (opened, status:<state>, changed:<column>, approved:<kind>, decided:<kind>, correction, voided) only sets its backdate_limit, label and, for the last two, roles: those come from the triggers alone. Events that rows of other desk tables mean, such as visit:arrived, may have a row for roles, allowed_in and backdate_limit. Built in are also promise:<kind>, which declares a kind of promise, and shift_done. requested:<kind> is logged by whoever asks for an approval, who may not decide it; its data may name the item. call_in, answered and hung_up come from contacts too.';
COMMENT ON COLUMN aftersales.event_type.roles IS 'Staff roles that may log it; NULL: anyone.';
COMMENT ON COLUMN aftersales.event_type.allowed_in IS 'States of the ticket in which it may be logged; NULL: any. For shift_done: the states that count as finished, besides those of kind closed.';
COMMENT ON COLUMN aftersales.event_type.required_data IS 'Keys that the event''s data must hold with a value.';
COMMENT ON COLUMN aftersales.event_type.backdate_limit IS 'How far back from now it may be recorded; NULL: as far as the ticket''s opening.';

CREATE TABLE aftersales.workflow_state (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text,
    state       text NOT NULL,
    kind        text NOT NULL
                CONSTRAINT workflow_state_kind_check
                CHECK (kind IN ('initial', 'active', 'waiting', 'done', 'closed')),
    position    integer NOT NULL DEFAULT 0,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT workflow_state_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, state)
);
COMMENT ON TABLE aftersales.workflow_state IS 'One row per state a ticket of this type can have.';
COMMENT ON COLUMN aftersales.workflow_state.kind IS 'initial (a ticket may be opened in it; the lowest position is the default), active, waiting (for somebody else), done (work finished), closed (nothing more to do).';

CREATE TABLE aftersales.workflow_transition (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text,
    from_state  text,
    to_state    text NOT NULL,
    roles       text[],
    ask_for     text[] NOT NULL DEFAULT '{}',
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT workflow_transition_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, from_state, to_state),
    CONSTRAINT workflow_transition_moves_check CHECK (from_state IS DISTINCT FROM to_state)
);
COMMENT ON TABLE aftersales.workflow_transition IS 'One row per move a ticket may make. What has no row is refused (SV001).';
COMMENT ON COLUMN aftersales.workflow_transition.from_state IS 'State it leaves; NULL: the opening itself, for a state that is not of kind initial or whose opening is limited to roles.';
COMMENT ON COLUMN aftersales.workflow_transition.roles IS 'Staff roles that may make it; NULL: anyone.';
COMMENT ON COLUMN aftersales.workflow_transition.ask_for IS 'Columns and attributes a screen should ask for when this move is made.';

CREATE TABLE aftersales.workflow_guard (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text,
    from_state  text,
    to_state    text,
    guard       text NOT NULL
                CONSTRAINT workflow_guard_name_check CHECK (guard ~ '^[a-z][a-z0-9_]*$'),
    requires    text NOT NULL,
    message_en  text NOT NULL,
    message_zh  text,
    ask_for     text[] NOT NULL DEFAULT '{}',
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT workflow_guard_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, from_state, to_state, guard)
);
COMMENT ON TABLE aftersales.workflow_guard IS 'One row per condition that must hold for a move. All that are not met are named together (SV002).';
COMMENT ON COLUMN aftersales.workflow_guard.from_state IS 'Guards moves out of this state; NULL: any, the opening included.';
COMMENT ON COLUMN aftersales.workflow_guard.to_state IS 'Guards moves into this state; NULL: any.';
COMMENT ON COLUMN aftersales.workflow_guard.requires IS 'SQL boolean expression over the ticket as it would be after the move: its columns, declared attributes as bare names, guard functions such as has_event(''call_in''). NULL counts as not met.';
COMMENT ON COLUMN aftersales.workflow_guard.message_en IS 'What is missing, in English.';
COMMENT ON COLUMN aftersales.workflow_guard.message_zh IS 'What is missing, in Chinese.';

CREATE TABLE aftersales.sla_rule (
    policy          text NOT NULL,
    version         integer NOT NULL,
    ticket_type     text,
    rule            text NOT NULL
                    CONSTRAINT sla_rule_name_check CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
    clock           text NOT NULL
                    CONSTRAINT sla_rule_clock_check CHECK (clock ~ '^[a-z][a-z0-9_]*$'),
    condition       text,
    starts_on       text[] NOT NULL
                    CONSTRAINT sla_rule_starts_check CHECK (cardinality(starts_on) > 0),
    stops_on        text[] NOT NULL
                    CONSTRAINT sla_rule_stops_check CHECK (cardinality(stops_on) > 0),
    cancels_on      text[] NOT NULL DEFAULT '{}',
    starts_when     text NOT NULL DEFAULT 'any'
                    CONSTRAINT sla_rule_starts_when_check CHECK (starts_when IN ('any', 'all')),
    pauses_in       text[] NOT NULL DEFAULT '{}',
    target          interval,
    due_from        text,
    unit            text NOT NULL DEFAULT 'elapsed'
                    CONSTRAINT sla_rule_unit_check
                    CHECK (unit IN ('elapsed', 'working', 'working_day', 'calendar_day')),
    calendar        text,
    cutoff          time,
    day_open        time NOT NULL DEFAULT '08:00',
    count_first_day boolean NOT NULL DEFAULT false,
    repeats         boolean NOT NULL DEFAULT false,
    any_of          text
                    CONSTRAINT sla_rule_any_of_check CHECK (any_of ~ '^[a-z][a-z0-9_]*$'),
    mandatory       boolean NOT NULL DEFAULT false,
    rank            integer NOT NULL DEFAULT 0,
    on_breach       text,
    on_breach_set   jsonb
                    CONSTRAINT sla_rule_on_breach_set_check CHECK (jsonb_typeof(on_breach_set) = 'object'),
    extension_approval text,
    responsible     text,
    label_en        text,
    label_zh        text,
    clauses         text[] NOT NULL DEFAULT '{}',
    CONSTRAINT sla_rule_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, rule)
);
COMMENT ON TABLE aftersales.sla_rule IS 'One row per clock rule: when a clock of this name starts, stops and is due. Of several rules of one clock the matching one with the highest rank counts.';
COMMENT ON COLUMN aftersales.sla_rule.rule IS 'Name of the rule, unique in its ticket type; refusals and clocks cite it.';
COMMENT ON COLUMN aftersales.sla_rule.clock IS 'Name of the clock; one open clock of a name per ticket.';
COMMENT ON COLUMN aftersales.sla_rule.condition IS 'SQL boolean expression over the ticket; NULL column: always. A result of NULL does not match. status in it is the state when the clock starts; other trigger-owned columns may not be used.';
COMMENT ON COLUMN aftersales.sla_rule.starts_on IS 'Events that start it, due:<clock> being the due time of another clock that is still open then; a start while it is open is ignored, after a stop it is the next cycle.';
COMMENT ON COLUMN aftersales.sla_rule.stops_on IS 'Events that stop it. Met when stopped at or before the due time.';
COMMENT ON COLUMN aftersales.sla_rule.cancels_on IS 'Events that end it without judging it.';
COMMENT ON COLUMN aftersales.sla_rule.starts_when IS 'any: each of starts_on starts it; all: it starts with the last of them, once every one has happened since it last ran.';
COMMENT ON COLUMN aftersales.sla_rule.pauses_in IS 'States in which the clock does not count; it goes on when the ticket leaves them. A clock already late is not paused.';
COMMENT ON COLUMN aftersales.sla_rule.target IS 'Time allowed: hours, minutes, seconds for elapsed and working; days for working_day; months and days for calendar_day. NULL: recorded, not enforced (the source gives no number), unless due_from gives a time.';
COMMENT ON COLUMN aftersales.sla_rule.due_from IS 'SQL expression of type timestamptz or date (then the end of that day) over the ticket that gives the due time instead of target; promised_at, by itself, is the time in the promise event that started the clock. Where it is NULL the target counts.';
COMMENT ON COLUMN aftersales.sla_rule.unit IS 'elapsed: wall clock from the start. working: open time of the calendar. working_day, calendar_day: the end (23:59:59.999999 local) of the n-th such day after the start day; zero days: the end of the start day.';
COMMENT ON COLUMN aftersales.sla_rule.calendar IS 'Calendar of working and working_day; NULL: the policy''s.';
COMMENT ON COLUMN aftersales.sla_rule.cutoff IS 'Local time: a start strictly after it counts from the next day (the next working day for working units).';
COMMENT ON COLUMN aftersales.sla_rule.day_open IS 'Local time at which that next day begins, for elapsed.';
COMMENT ON COLUMN aftersales.sla_rule.count_first_day IS 'For day units: whether the start day is day 1.';
COMMENT ON COLUMN aftersales.sla_rule.repeats IS 'Whether the clock starts again at once when it is stopped.';
COMMENT ON COLUMN aftersales.sla_rule.any_of IS 'Group of clocks of which one is enough: only when all of the group are missed is there a breach, on the one due last.';
COMMENT ON COLUMN aftersales.sla_rule.on_breach IS 'State the ticket moves to as of the due time when the clock is breached, if a transition leads there.';
COMMENT ON COLUMN aftersales.sla_rule.on_breach_set IS 'Columns and attributes the ticket gets as of the due time when the clock is breached, as a JSON object.';
COMMENT ON COLUMN aftersales.sla_rule.extension_approval IS 'Kind of approval that may set a later due time, before the old one has passed; NULL: none.';
COMMENT ON COLUMN aftersales.sla_rule.responsible IS 'Role or unit that answers for the clock; NULL: whoever the ticket is assigned to.';
COMMENT ON COLUMN aftersales.sla_rule.mandatory IS 'A ticket on which the start event falls must match some rule of this clock, else SV010.';
COMMENT ON COLUMN aftersales.sla_rule.rank IS 'Highest matching rank wins; two of one rank that both match make the policy unsound.';

CREATE TABLE aftersales.escalation_rule (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text,
    clock       text NOT NULL,
    level       integer NOT NULL
                CONSTRAINT escalation_rule_level_check CHECK (level BETWEEN 1 AND 30),
    at          text NOT NULL,
    action      text NOT NULL DEFAULT 'notify'
                CONSTRAINT escalation_rule_action_check CHECK (action IN ('notify', 'set', 'move')),
    recipient   text,
    set         jsonb
                CONSTRAINT escalation_rule_set_check CHECK (jsonb_typeof(set) = 'object'),
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT escalation_rule_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, clock, level),
    CONSTRAINT escalation_rule_recipient_check CHECK (action <> 'notify' OR recipient IS NOT NULL),
    CONSTRAINT escalation_rule_values_check CHECK (action = 'notify' OR set IS NOT NULL)
);
COMMENT ON TABLE aftersales.escalation_rule IS 'One row per level of escalation of a clock: what is done before or after its due time, each level once per cycle.';
COMMENT ON COLUMN aftersales.escalation_rule.clock IS 'Name of the clock.';
COMMENT ON COLUMN aftersales.escalation_rule.level IS 'Level, 1 to 30; of several due at one instant the lower goes first.';
COMMENT ON COLUMN aftersales.escalation_rule.at IS 'When: an interval from the due time, negative before it (-30 minutes), or a share of the time allowed (80%). A day is 24 hours here.';
COMMENT ON COLUMN aftersales.escalation_rule.action IS 'notify: a message in outbox. set: the ticket gets the values in set. move: the ticket moves to the state in set, if a transition leads there.';
COMMENT ON COLUMN aftersales.escalation_rule.recipient IS 'For the message: a role, @assignee, @superior or @org_head.';
COMMENT ON COLUMN aftersales.escalation_rule.set IS 'Columns and attributes the ticket gets as of that instant, as a JSON object; for move with the key status.';

CREATE TABLE aftersales.approval_rule (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text,
    kind        text NOT NULL
                CONSTRAINT approval_rule_kind_check CHECK (kind ~ '^[a-z][a-z0-9_]*$'),
    step        integer NOT NULL DEFAULT 1
                CONSTRAINT approval_rule_step_check CHECK (step > 0),
    purpose     text NOT NULL DEFAULT 'consent'
                CONSTRAINT approval_rule_purpose_check CHECK (purpose IN ('consent', 'extension', 'excuse')),
    roles       text[],
    relation    text
                CONSTRAINT approval_rule_relation_check CHECK (relation IN ('@superior', '@org_head')),
    items       boolean NOT NULL DEFAULT false,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT approval_rule_key UNIQUE NULLS NOT DISTINCT (policy, version, ticket_type, kind, step),
    CONSTRAINT approval_rule_by_check CHECK (num_nonnulls(roles, relation) = 1)
);
COMMENT ON TABLE aftersales.approval_rule IS 'One row per step of a kind of approval. Steps are decided in order, by different people, and never by who asks; the kind is approved with its last step. Who asks is in approval.requested_by, or has logged the event requested:<kind>, if the policy declares it.';
COMMENT ON COLUMN aftersales.approval_rule.kind IS 'Kind of approval; its event is approved:<kind>, guards ask approved(''<kind>'').';
COMMENT ON COLUMN aftersales.approval_rule.step IS 'Step, from 1.';
COMMENT ON COLUMN aftersales.approval_rule.purpose IS 'consent: guards ask for it. extension: it sets a later due time of a clock. excuse: it excuses a breach.';
COMMENT ON COLUMN aftersales.approval_rule.roles IS 'Staff roles that may decide the step; NULL: relation says who.';
COMMENT ON COLUMN aftersales.approval_rule.relation IS '@superior: the superior (staff.superior) of who asks, of the ticket''s assignee when nobody is known to have asked. @org_head: the head of the ticket''s unit (org_unit.head); of the next one above where a unit has none, he is not active, or asks himself. NULL: roles say who.';
COMMENT ON COLUMN aftersales.approval_rule.items IS 'Whether it is decided item by item: then approval.item is required, else refused. The same for all steps of a kind.';

CREATE TABLE aftersales.duplicate_rule (
    policy      text NOT NULL,
    version     integer NOT NULL,
    ticket_type text NOT NULL,
    rule        text NOT NULL
                CONSTRAINT duplicate_rule_name_check CHECK (rule ~ '^[a-z][a-z0-9_]*$'),
    match_on    text[] NOT NULL
                CONSTRAINT duplicate_rule_match_check CHECK (cardinality(match_on) > 0),
    becomes_type text,
    becomes_category text,
    label_en    text,
    label_zh    text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT duplicate_rule_pkey PRIMARY KEY (policy, version, ticket_type, rule)
);
COMMENT ON TABLE aftersales.duplicate_rule IS 'One row per way in which a new ticket repeats an open one of its type: it is opened with duplicate_of, as another type where the rule says so.';
COMMENT ON COLUMN aftersales.duplicate_rule.rule IS 'Name of the rule.';
COMMENT ON COLUMN aftersales.duplicate_rule.match_on IS 'Columns and attributes that are equal in both tickets; where one of them is NULL the rule does not match.';
COMMENT ON COLUMN aftersales.duplicate_rule.becomes_type IS 'Ticket type the repeating ticket is opened as; NULL: its own.';
COMMENT ON COLUMN aftersales.duplicate_rule.becomes_category IS 'Category it gets then; NULL: none.';

CREATE TABLE aftersales.role_conflict (
    policy      text NOT NULL,
    version     integer NOT NULL,
    role_a      text NOT NULL
                CONSTRAINT role_conflict_name_check CHECK (role_a <> ''),
    role_b      text NOT NULL,
    message_en  text NOT NULL,
    message_zh  text,
    clauses     text[] NOT NULL DEFAULT '{}',
    CONSTRAINT role_conflict_pkey PRIMARY KEY (policy, version, role_a, role_b),
    CONSTRAINT role_conflict_order_check CHECK (role_a COLLATE "C" < role_b COLLATE "C")
);
COMMENT ON TABLE aftersales.role_conflict IS 'One row per pair of staff roles that one person may not have both of. Giving somebody the second one (staff_role) is refused (SV003) while a version with the row is in force; who has both before is not touched.';
COMMENT ON COLUMN aftersales.role_conflict.role_a IS 'One role, the one that sorts first byte by byte.';
COMMENT ON COLUMN aftersales.role_conflict.role_b IS 'The other role.';
COMMENT ON COLUMN aftersales.role_conflict.message_en IS 'Why not, in English.';
COMMENT ON COLUMN aftersales.role_conflict.message_zh IS 'Why not, in Chinese.';

CREATE TABLE aftersales.guard_function (
    function    text CONSTRAINT guard_function_pkey PRIMARY KEY
);
COMMENT ON TABLE aftersales.guard_function IS 'One row per further function, as schema.name(argument types), that guards may call; registered by the extension''s owner.';

-- Columns that mean the same in every rule table.
COMMENT ON COLUMN aftersales.ticket_type.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.ticket_type.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.ticket_type.ticket_type IS 'Code of the ticket type.';
COMMENT ON COLUMN aftersales.ticket_type.position IS 'Order in lists, lowest first.';
COMMENT ON COLUMN aftersales.ticket_type.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.ticket_type.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.ticket_type.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.category.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.category.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.category.category IS 'Code of the category, unique in the policy version.';
COMMENT ON COLUMN aftersales.category.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.category.position IS 'Order in lists, lowest first.';
COMMENT ON COLUMN aftersales.category.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.category.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.category.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.service_area.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.service_area.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.service_area.area IS 'Code of the area.';
COMMENT ON COLUMN aftersales.service_area.position IS 'Order in lists, lowest first.';
COMMENT ON COLUMN aftersales.service_area.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.service_area.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.service_area.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.attribute.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.attribute.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.attribute.attribute IS 'Key in ticket.attributes.';
COMMENT ON COLUMN aftersales.attribute.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.attribute.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.attribute.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.event_type.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.event_type.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.event_type.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.event_type.event IS 'Name of the event.';
COMMENT ON COLUMN aftersales.event_type.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.event_type.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.event_type.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.workflow_state.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.workflow_state.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.workflow_state.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.workflow_state.state IS 'Code of the state, as in ticket.status.';
COMMENT ON COLUMN aftersales.workflow_state.position IS 'Order in lists, lowest first.';
COMMENT ON COLUMN aftersales.workflow_state.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.workflow_state.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.workflow_state.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.workflow_transition.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.workflow_transition.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.workflow_transition.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.workflow_transition.to_state IS 'State it enters.';
COMMENT ON COLUMN aftersales.workflow_transition.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.workflow_transition.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.workflow_transition.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.workflow_guard.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.workflow_guard.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.workflow_guard.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.workflow_guard.guard IS 'Name of the guard; refusals carry it as constraint name.';
COMMENT ON COLUMN aftersales.workflow_guard.ask_for IS 'Columns and attributes a screen should ask for.';
COMMENT ON COLUMN aftersales.workflow_guard.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.sla_rule.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.sla_rule.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.sla_rule.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.sla_rule.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.sla_rule.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.sla_rule.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.guard_function.function IS 'Signature, for example public.is_vip(text).';

-- Their keys have columns that may be NULL: logical replication needs to be
-- told how to find a row.
ALTER TABLE aftersales.attribute REPLICA IDENTITY FULL;
ALTER TABLE aftersales.event_type REPLICA IDENTITY FULL;
ALTER TABLE aftersales.workflow_state REPLICA IDENTITY FULL;
ALTER TABLE aftersales.workflow_transition REPLICA IDENTITY FULL;
ALTER TABLE aftersales.workflow_guard REPLICA IDENTITY FULL;
ALTER TABLE aftersales.sla_rule REPLICA IDENTITY FULL;
ALTER TABLE aftersales.escalation_rule REPLICA IDENTITY FULL;
ALTER TABLE aftersales.approval_rule REPLICA IDENTITY FULL;
COMMENT ON COLUMN aftersales.escalation_rule.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.escalation_rule.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.escalation_rule.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.escalation_rule.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.escalation_rule.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.escalation_rule.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.approval_rule.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.approval_rule.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.approval_rule.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.approval_rule.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.approval_rule.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.approval_rule.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.duplicate_rule.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.duplicate_rule.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.duplicate_rule.ticket_type IS 'Ticket type; NULL: every type of the policy.';
COMMENT ON COLUMN aftersales.duplicate_rule.label_en IS 'Label in English.';
COMMENT ON COLUMN aftersales.duplicate_rule.label_zh IS 'Label in Chinese.';
COMMENT ON COLUMN aftersales.duplicate_rule.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
COMMENT ON COLUMN aftersales.role_conflict.policy IS 'The policy.';
COMMENT ON COLUMN aftersales.role_conflict.version IS 'Version of the policy.';
COMMENT ON COLUMN aftersales.role_conflict.clauses IS 'Clauses of the source document that this row carries out (ids of table clause).';
