# A hot standby answers every view and every function that only reads, also when
# the primary is gone, and refuses all that write as any standby does.  A session that is connected to it sees a change of policy
# when that arrives.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

use AftersalesTest;

my $primary = new_node('primary');
run_ok($primary, 'postgres', 'CREATE EXTENSION aftersales;' . small_desk() . small_policy() . small_stock() . q{
	INSERT INTO aftersales.calendar (calendar, timezone) VALUES ('shop', 'Asia/Shanghai');
	INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT 'shop', d, '09:00', '18:00' FROM generate_series(1, 5) d;
	INSERT INTO desk.staff (login) VALUES ('agent_1');
	INSERT INTO desk.product_unit (serial_no, invoice_date) VALUES ('S1', '2026-03-01');
	SET aftersales.now = '2026-03-02 08:00+00';
	INSERT INTO desk.ticket (ticket_type, attributes) SELECT 'job', '{"urgent": true}' FROM generate_series(1, 3);
	UPDATE desk.ticket SET status = 'work' WHERE ticket_id = 2;
	INSERT INTO desk.ticket_event (ticket_id, event, note) VALUES (2, 'visited', 'seen');} . small_moves(3));

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

my $moves = q{SELECT ticket_id, to_state, allowed, guard FROM aftersales.allowed_transitions(ARRAY[1, 2, 4]) ORDER BY 1, 2};

# a session that stays
my $session = $standby->background_psql('postgres');
is($session->query($moves), "1|cancelled|t|\n1|work|t|\n2|done|t|", 'allowed_transitions() on the standby, guards included');

run_ok($primary, 'postgres', second_version() . q{SELECT aftersales.activate_policy('small', 2, '2020-01-01');
	INSERT INTO desk.ticket (ticket_type) VALUES ('job');});
$primary->wait_for_catchup($standby);
is($session->query($moves), "1|cancelled|t|\n1|work|t|\n2|done|t|\n4|work|t|", 'the same session sees a policy that was activated on the primary');

# as the standby answers, so does the primary
my $views = q{
	SET aftersales.now = '2026-03-02 08:45+00';
	SELECT aftersales.now();
	SELECT ticket_id, clock, outcome, is_breached, taken_minutes, late_minutes FROM desk_bi.clock ORDER BY 1, 2;
	SELECT ticket_id, clock, outcome FROM desk_bi.clock_open ORDER BY 1, 2;
	SELECT ticket_id, clock, detected_at, late_minutes FROM desk_bi.breach ORDER BY 1, 2;
	SELECT ticket_id, status, status_kind, opened_on FROM desk_bi.ticket ORDER BY 1;
	SELECT * FROM desk_bi.ticket_event ORDER BY event_id;
	SELECT * FROM desk_bi.escalation ORDER BY 1;
	SELECT * FROM desk.ticket_queue ORDER BY ticket_id;
	SELECT clock_id, is_late, is_open FROM desk.clock_now ORDER BY 1;
	SELECT * FROM aftersales.sla_targets('small', '{}');
	SELECT c.clock_id, aftersales.projected_due(c.clock_id), x.* FROM desk.sla_clock c, aftersales.explain_due(c.clock_id) x;
	SELECT t.ticket_id, a.status, a.status_at FROM desk.ticket t, aftersales.ticket_as_of(t.ticket_id, '2026-03-02 08:05+00') a;
	SELECT * FROM aftersales.calendar_notice;
	SELECT * FROM aftersales.check_policy('small', 2);
	SELECT * FROM aftersales.desk;
	SELECT * FROM aftersales.verify_audit();
	SELECT * FROM aftersales.verify_audit('2020-01-01');
	SELECT * FROM desk.stock_balance ORDER BY location, part_no, condition, owner;
	SELECT * FROM desk.part_exchange;
	SELECT * FROM aftersales.verify_ledger();
	SELECT * FROM aftersales.verify_ledger('2020-01-01');};

# every view there is, of all schemas, by a digest of its rows
$views .= q{
	SELECT format('SELECT %L, count(*), md5(string_agg(v::text, chr(10) ORDER BY v::text)) FROM %s v', c.oid::regclass, c.oid::regclass)
	FROM pg_class c WHERE c.relkind = 'v' AND c.relnamespace IN ('aftersales'::regnamespace, 'desk'::regnamespace, 'desk_bi'::regnamespace)
	ORDER BY c.oid::regclass::text \gexec
	};

# every function: those that read, with a call; those that write; those that
# only guards, or triggers, call
my %reads = (
	add_working_days => q{'2026-03-02 08:00+00', 3, 'shop'},
	add_working_time => q{'2026-03-02 08:00+00', '12:00', 'shop'},
	allowed_events => q{ARRAY[1, 2, 4]},
	allowed_transitions => q{ARRAY[1, 2, 4]},
	attribute_boolean => q{'{"a": true}', 'a'},
	attribute_date => q{'{"a": "2026-03-02"}', 'a'},
	attribute_integer => q{'{"a": 1}', 'a'},
	attribute_numeric => q{'{"a": 1.5}', 'a'},
	attribute_text => q{'{"a": "b"}', 'a'},
	attribute_timestamptz => q{'{"a": "2026-03-02T08:00:00Z"}', 'a'},
	calendar_known_until => q{'shop'},
	check_calendar => q{'shop'},
	check_charges => q{'small', 2},
	check_clocks => q{'small', 2},
	check_policy => q{'small', 2},
	check_row_guards => q{'small', 2},
	check_warranty => q{'small', 2},
	classify_warranty => q{1, '2026-03-05 08:00+00', 'product', 'door'},
	explain_due => q{1},
	expression_problem => q{'small', 1, 'job', 'condition', 'urgent'},
	is_row_event => q{'visit:arrived'},
	is_working_time => q{'2026-03-02 08:00+00', 'shop'},
	next_working_time => q{'2026-03-02 18:00+00', 'shop'},
	now => '',
	policy_digest => q{'small', 1},
	projected_due => q{1},
	quote => q{2},
	reachable_states => q{'small', 1},
	stock_at => q{'2026-03-02 08:30+00'},
	stock_purposes => '',
	sla_targets => q{'small', '{"urgent": true}', '2026-03-02 08:00+00'},
	text_multirange => q{aftersales.text_range('a', 'b')},
	text_range => q{'a', 'b'},
	ticket_as_of => q{2, '2026-03-02 08:00+00'},
	verify_audit => '',
	verify_clocks => '',
	verify_ledger => '',
	working_time_between => q{'2026-03-02 08:00+00', '2026-03-04 08:00+00', 'shop'});
my @guards = qw(approved clock_expired has_event has_event_since has_role open_promises evidence_count evidence_sum location_kind checklist_done parts_balanced charges_settled callback_done children_done);
my %writes = (
	activate_policy => q{'small', 2},
	correct_event => q{(SELECT max(event_id) FROM desk.ticket_event), 'wrong'},
	create_desk => q{'other'},
	done_outbox => q{'{1}'},
	draft_policy => q{'small'},
	grant_access => q{'pg_monitor', 'bi'},
	install_calendar => q{'cn'},
	install_policy => q{'power_hotline'},
	load_calendar_days => q{'shop', '[{"day": "2027-03-02", "is_working": false}]'},
	move => q{1, 'work'},
	reclassify => q{1, 'checked'},
	set_node => q{3},
	sweep => '',
	take_outbox => '',
	void_ticket => q{1, 'wrong'});
my $there = $primary->safe_psql('postgres', q{SELECT DISTINCT proname FROM pg_proc
	WHERE pronamespace = 'aftersales'::regnamespace AND prorettype <> 'trigger'::regtype AND prokind = 'f' ORDER BY 1});
my @unlisted = grep { my $f = $_; !exists $reads{$f} && !exists $writes{$f} && !grep { $_ eq $f } @guards } split /\n/, $there;
is("@unlisted", '', 'every function is one that reads, writes or guards');
foreach my $function (grep { exists $reads{$_} } split /\n/, $there)
{
	$views .= "SELECT '$function', x FROM aftersales.$function($reads{$function}) x;\n";
}
my $on_primary = $primary->safe_psql('postgres', $views);
my $on_standby = $standby->safe_psql('postgres', $views);
is($on_standby, $on_primary, 'the views say the same on both');
like($on_standby, qr/^2026-03-02 08:45:00\+00$/m, 'aftersales.now works on the standby');
like($on_standby, qr/^1\|hurry\|late\|t\|45\.00\|35\.00$/m, 'a clock is late there without any sweep');
like($on_standby, qr/^1\|1\|.*\|1\|\{hurry\}$/m, 'and in the queue');
like($on_standby, qr/^classify_warranty\|\(in_warranty,t,\{exchange\},t,t,f,2027-03-01,/m, 'a fault is classified');
like($on_standby, qr/\|counted$/m, 'its due time is explained');
unlike($on_standby, qr/gap|hash:|head|private/, 'the chains hold on the standby');
like($on_standby, qr/^desk_bi\.clock\|7\|\w{32}$/m, 'every view is among them');
like($on_standby, qr/^quote\|\(fee,visit,,,,1,/m, 'quotes');
like($on_standby, qr/^stock_at\|\(store_1,bolt,good,own,6.000\)$/m, 'what was where');
like($on_standby, qr/^stock_purposes\|\(adjust,/m, 'and what moves are for');
like($on_standby, qr/^add_working_time\|2026-03-04 02:00:00\+00$/m, 'and every function: working time');

$primary->stop('immediate');
is($standby->safe_psql('postgres', $views), $on_primary, 'and when the primary is gone');
is($session->query($moves), "1|cancelled|t|\n1|work|t|\n2|done|t|\n4|work|t|", 'the session goes on too');

# writes: 25006, read only
is(sqlstate_of($standby, 'postgres', $_), '25006', "refused: $_") foreach (
	q{INSERT INTO desk.ticket (ticket_type) VALUES ('job')},
	q{UPDATE desk.ticket SET status = 'work' WHERE ticket_id = 1},
	q{INSERT INTO desk.ticket_event (ticket_id, event) VALUES (1, 'called')},
	q{INSERT INTO desk.stock_move (part_no, from_location, to_location) VALUES ('bolt', 'store_1', 'store_2')},
	q{CALL aftersales.sweep_all()},
	map { "SELECT * FROM aftersales.$_($writes{$_})" } grep { exists $writes{$_} } split /\n/, $there);

# promoted, it is a desk like any other
$session->quit;
$standby->promote;
is(sqlstate_of($standby, 'postgres', q{UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 2 RETURNING status}), '00000 done', 'promoted: a move');
is(sqlstate_of($standby, 'postgres', q{UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 1}), 'SV001', 'promoted: a refusal');
my $move = q{INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location) VALUES ('bolt', %d, 'store_1', 'store_2')};
is(sqlstate_of($standby, 'postgres', sprintf($move, 7)), 'SV006', 'promoted: a move of more parts than there are');
is(sqlstate_of($standby, 'postgres', sprintf($move, 6)), '00000 ', 'promoted: and of all there are');
chains_ok($standby, 'postgres', 'desk', 'promoted');
ledger_ok($standby, 'postgres', 'desk', 'promoted');

$standby->stop;
done_testing();
