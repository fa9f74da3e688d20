# Logical replication of a desk and its policies into another database, which
# is a node of its own: rows arrive as they are, hashes intact; triggers do
# not fire again; ids do not collide; and a session of the subscriber judges
# by replicated policies and roles as soon as they are there.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

use AftersalesTest;

my $branch = new_node('branch');
my $centre = new_node('centre');
my @desk_tables = map { "desk.$_" } qw(org_unit staff staff_role application ticket ticket_event event_private sla_clock sla_breach
  sla_escalation outbox shift contact promise approval delegation ticket_match
  customer contract product_unit contract_unit unit_part visit custody evidence document quote_item price_list price charge payment delay_excuse
  part location_kind stock_location stock_slip stock_slip_line stock_count stock_count_line part_exchange stock_move stock_balance stock_serial);
my @policy_tables = map { "aftersales.$_" } qw(policy policy_version ticket_type category service_area attribute
  event_type workflow_state workflow_transition workflow_guard sla_rule escalation_rule approval_rule duplicate_rule role_conflict charge_rule row_guard
  warranty_term exclusion remedy_window
  guard_function calendar calendar_hours calendar_day calendar_revision calendar_history);

run_ok($branch, 'postgres', 'CREATE EXTENSION aftersales;' . small_desk() . 'SELECT aftersales.set_node(1);' . small_policy() . q{
	UPDATE aftersales.workflow_transition SET label_en = 'Start' WHERE to_state = 'work';
	INSERT INTO desk.org_unit (org_code) VALUES ('branch');
	INSERT INTO desk.staff (login) VALUES ('agent_1');
	INSERT INTO desk.staff_role VALUES ('agent_1', 'agent');
	INSERT INTO desk.product_unit (serial_no, invoice_date) VALUES ('S1', '2026-03-01');
	INSERT INTO desk.ticket (ticket_type, subject, note) SELECT 'job', 'b' || g, 'before' FROM generate_series(1, 5) g;
	UPDATE desk.ticket SET status = 'work', note = 'n' WHERE subject IN ('b1', 'b2');} . small_stock() . small_moves('10000000000003'));
# create_desk() brings kinds of locations, and so does the copy
run_ok($centre, 'postgres', 'CREATE EXTENSION aftersales;' . small_desk() . 'SELECT aftersales.set_node(2); DELETE FROM desk.location_kind;');

# ---------- initial copy ----------

run_ok($branch, 'postgres', 'CREATE PUBLICATION desk FOR TABLE ' . join(', ', @desk_tables, @policy_tables));
run_ok($centre, 'postgres', q{CREATE SUBSCRIPTION desk CONNECTION '} . $branch->connstr . q{ dbname=postgres' PUBLICATION desk});
$centre->wait_for_subscription_sync($branch, 'desk');

my $all = join("\n", map { "\\echo == $_\nSELECT * FROM $_ t ORDER BY t::text;" } @desk_tables, @policy_tables);

# Waits until the subscriber has all, then compares.
sub same_ok
{
	my ($what, $on_centre) = @_;

	$branch->wait_for_catchup('desk');
	is($centre->safe_psql('postgres', $on_centre || $all), $branch->safe_psql('postgres', $all), "$what: rows are the same");
	chains_ok($centre, 'postgres', 'desk', $what);
	ledger_ok($centre, 'postgres', 'desk', $what);
}
same_ok('initial copy');

# ---------- changes ----------

run_ok($branch, 'postgres', q{
	INSERT INTO desk.ticket (ticket_type, subject, note) VALUES ('job', 'b6', 'später');
	INSERT INTO desk.ticket_event (ticket_id, event, note, data) SELECT ticket_id, 'visited', 'x', '{"a": 1}' FROM desk.ticket WHERE status = 'work';
	UPDATE desk.ticket SET status = 'done', happened_at = now() WHERE subject = 'b1';
	SELECT aftersales.draft_policy('small');
	DELETE FROM aftersales.workflow_guard WHERE version = 2;
	UPDATE aftersales.workflow_transition SET label_en = 'Begin' WHERE to_state = 'work'});
same_ok('changes');

# the ledger is written on: one move is reversed, a hand-out comes to its end
run_ok($branch, 'postgres', q{
	INSERT INTO desk.stock_location (location, kind) VALUES ('store_4', 'store');
	INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location) VALUES ('bolt', 5, 'store_1', 'store_4'), ('bolt', 2, 'store_4', 'store_2');
	INSERT INTO desk.stock_move (reversal_of) SELECT max(move_id) FROM desk.stock_move;
	INSERT INTO desk.stock_move (ticket_id, purpose, part_no, serial_no, from_location, to_location) VALUES (10000000000003, 'return_defective', 'board', 'OLD', 'engineer_1', 'store_2');
	UPDATE desk.stock_slip SET remark = 'waits'});
same_ok('the ledger');
is($centre->safe_psql('postgres', q{SELECT balanced_at IS NOT NULL FROM desk.part_exchange}), 't', 'its hand-outs too');

# a draft that is thrown away goes there too
run_ok($branch, 'postgres', q{DELETE FROM aftersales.policy_version WHERE version = 2});
same_ok('a draft deleted');
is($centre->safe_psql('postgres', 'SELECT count(*) FROM aftersales.workflow_state WHERE version = 2'), '0', 'its rules are gone');

# ---------- the subscriber writes tickets of its own ----------

my $session = $centre->background_psql('postgres', on_error_stop => 0);
my $open = q{INSERT INTO desk.ticket (ticket_type, subject) VALUES ('job', 'c') RETURNING ticket_id / 10000000000000, policy_version, status};

is($session->query($open), '2|1|new', "a ticket of the subscriber's own, under the replicated policy");
run_ok($branch, 'postgres', second_version() . q{
	INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state, roles) VALUES ('small', 2, 'fresh', 'done', '{boss}');
	SELECT aftersales.activate_policy('small', 2, '2020-01-01')});
$branch->wait_for_catchup('desk');
is($session->query($open), '2|2|fresh', 'the same session, after another version has arrived');

$session->query(q{SET aftersales.actor = 'agent_1'});
my $may = q{SELECT role_ok FROM aftersales.allowed_transitions(ARRAY(SELECT max(ticket_id) FROM desk.ticket)) WHERE to_state = 'done'};
is($session->query($may), 'f', 'a role that the person has not');
run_ok($branch, 'postgres', q{INSERT INTO desk.staff_role VALUES ('agent_1', 'boss')});
$branch->wait_for_catchup('desk');
is($session->query($may), 't', 'the same session, after the role has arrived');
run_ok($branch, 'postgres', q{DELETE FROM desk.staff_role WHERE role = 'boss'});
$branch->wait_for_catchup('desk');
is($session->query($may), 'f', 'and after it was taken away again');
$session->query('RESET aftersales.actor');

# a store of the subscriber's own, and parts of the publisher's
run_ok($centre, 'postgres', q{INSERT INTO desk.stock_location (location, kind) VALUES ('centre_1', 'store'), ('centre_2', 'store')});
my $receive = qq{INSERT INTO desk.stock_move (purpose, part_no, quantity, from_location, to_location) VALUES ('receipt', 'nut', 5, 'maker', 'centre_1') RETURNING move_id / 10000000000000;\n\\echo :SQLSTATE};
is($session->query($receive), '23503', 'a part that is not there yet');
run_ok($branch, 'postgres', q{INSERT INTO desk.part (part_no) VALUES ('nut')});
$branch->wait_for_catchup('desk');
is($session->query($receive), "2\n00000", 'the same session, after the part has arrived');
run_ok($branch, 'postgres', q{UPDATE desk.part SET is_active = false WHERE part_no = 'nut'});
$branch->wait_for_catchup('desk');
is($session->query($receive), 'SV010', 'and after it was given up');
is($session->query(q{INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location) VALUES ('nut', 5, 'centre_1', 'centre_2') RETURNING move_id / 10000000000000}), '2', 'what is there may be moved');

# both write on; nothing collides
run_ok($centre, 'postgres', q{
	INSERT INTO desk.ticket (ticket_type, subject) SELECT 'job', 'c' FROM generate_series(1, 10);
	UPDATE desk.ticket SET status = 'work' WHERE subject = 'c' AND status = 'fresh'});
run_ok($branch, 'postgres', q{
	INSERT INTO desk.ticket (ticket_type, subject) SELECT 'job', 'b' FROM generate_series(1, 10);
	UPDATE desk.ticket SET status = 'work' WHERE status IN ('new', 'fresh')});
$branch->wait_for_catchup('desk');
is( $centre->safe_psql('postgres', q{
		SELECT ticket_id / 10000000000000 AS node, count(*), count(DISTINCT event_id / 10000000000000), min(event_id / 10000000000000), count(DISTINCT clock_id / 10000000000000)
		FROM desk.ticket JOIN desk.ticket_event USING (ticket_id) JOIN desk.sla_clock USING (ticket_id) GROUP BY 1 ORDER BY 1}),
	"1|" . $branch->safe_psql('postgres', q{SELECT count(*), 1, 1, 1 FROM desk.ticket_event JOIN desk.sla_clock USING (ticket_id)}) . "\n2|23|1|2|1",
	'both nodes have ids of their own');
same_ok('at the end', $all =~ s/SELECT \* FROM (desk\.(?:ticket|ticket_event|sla_clock)) t ORDER/SELECT * FROM $1 t WHERE ticket_id < 20000000000000 ORDER/gr
	  =~ s/FROM desk.stock_move t/FROM desk.stock_move t WHERE move_id < 20000000000000/r
	  =~ s/FROM (desk\.stock_(?:location|balance)) t/FROM $1 t WHERE location NOT LIKE 'centre_%'/gr);
chains_ok($branch, 'postgres', 'desk', 'the publisher');
is($centre->safe_psql('postgres', q{SELECT subenabled FROM pg_subscription}), 't', 'the subscription goes on');
is($centre->safe_psql('postgres', q{SELECT apply_error_count FROM pg_stat_subscription_stats}), '0', 'no row was refused');

$session->quit;
$centre->stop;
$branch->stop;
done_testing();
