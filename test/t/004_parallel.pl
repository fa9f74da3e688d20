# The first query of a backend is a parallel one: the library is loaded by the
# leader and its workers in parallel mode, settings given before included.
# What was learned there must not stick: after a change of policy elsewhere
# the same backend writes by the new one.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

use AftersalesTest;

my $node = new_node('main');
my $force = $node->pg_version >= 16 ? 'debug_parallel_query' : 'force_parallel_mode';

run_ok($node, 'postgres', 'CREATE EXTENSION aftersales;' . small_desk() . small_policy() . q{
	SET aftersales.now = '2026-03-02 08:00+00';
	INSERT INTO desk.ticket (ticket_type, attributes)
		SELECT 'job', '{"urgent": true, "floors": 3, "price": 1.5, "colour": "red", "agreed_on": "2026-03-04", "promised_at": "2026-03-04T10:00:00+08:00"}'
		FROM generate_series(1, 2000);
	UPDATE desk.ticket SET status = 'work' WHERE ticket_id <= 100;
	ALTER TABLE desk.ticket SET (parallel_workers = 2);
	ALTER TABLE desk.sla_clock SET (parallel_workers = 2);
	ANALYZE desk.ticket, desk.sla_clock;
	CREATE ROLE app_user LOGIN;
	SELECT aftersales.grant_access('app_user', 'app');
	SELECT aftersales.grant_access('app_user', 'bi')});
# before the first statement of a session, which would load the library
run_ok($node, 'postgres', qq{
	ALTER DATABASE postgres SET parallel_setup_cost = 0;
	ALTER DATABASE postgres SET parallel_tuple_cost = 0;
	ALTER DATABASE postgres SET min_parallel_table_scan_size = 0;
	ALTER DATABASE postgres SET max_parallel_workers_per_gather = 2});

my $attributes = q{SELECT count(*), count(DISTINCT aftersales.now()),
		sum(aftersales.attribute_integer(attributes, 'floors')), sum(aftersales.attribute_numeric(attributes, 'price')),
		bool_and(aftersales.attribute_boolean(attributes, 'urgent')), max(aftersales.attribute_text(attributes, 'colour')),
		max(aftersales.attribute_date(attributes, 'agreed_on')), max(aftersales.attribute_timestamptz(attributes, 'promised_at'))
	FROM desk.ticket};
my $clocks = q{SELECT outcome, count(*), max(late_minutes) > 0 FROM desk_bi.clock GROUP BY outcome ORDER BY outcome};
my $moves = q{SELECT count(*), count(*) FILTER (WHERE allowed) FROM aftersales.allowed_transitions(
	ARRAY(SELECT ticket_id FROM desk.ticket WHERE aftersales.attribute_integer(attributes, 'floors') = 3))};
my %answer = (
	$attributes => "2000|1|6000|3000.0|t|red|2026-03-04|2026-03-04 02:00:00+00",
	$clocks => "late|3900|t\nmet|100|",
	$moves => "3900|3800");

foreach my $sql ($attributes, $clocks)
{
	like($node->safe_psql('postgres', "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) $sql"), qr/Workers Launched: [12]/, 'the plan has workers');
}

# each as the first statement of a session, by cost and by force
foreach my $forced ('off', 'on')
{
	local $ENV{PGOPTIONS} = "-c $force=$forced";

	foreach my $user (undef, 'app_user')
	{
		is(run_ok($node, 'postgres', $_, $user), $answer{$_}, "$force=$forced, " . ($user || 'superuser') . ', first query')
		  foreach $attributes, $clocks, $moves;
	}
}

# settings that come before the library
{
	local $ENV{PGOPTIONS} = "-c $force=on -c aftersales.now='2026-03-02\\ 08:05+00'";
	is($node->safe_psql('postgres', $clocks), "met|100|\nrunning|3900|", 'simulated time reaches the workers');
}
{
	local $ENV{PGOPTIONS} = "-c $force=on -c aftersales.now='2026-03-02\\ 08:05+00'";
	my ($rc, $out, $err) = $node->psql('postgres', $clocks, connstr => $node->connstr('postgres') . ' user=app_user');
	unlike($out, qr/running/, 'but not when somebody sets it who may not');
}

# a backend that began in parallel mode and goes on
foreach my $first ($attributes, $clocks, $moves)
{
	my $session = $node->background_psql('postgres');

	is($session->query_safe($first), $answer{$first}, 'first query of the session');
	is($session->query_safe(q{BEGIN; INSERT INTO desk.ticket (ticket_type) VALUES ('job') RETURNING policy_version, status; ROLLBACK}), '1|new', 'a write by the policy of now');
	is($session->query_safe($first), $answer{$first}, 'parallel again');
	run_ok($node, 'postgres', second_version() . "SELECT aftersales.activate_policy('small', 2, '2020-01-01')");
	is($session->query_safe($first), $answer{$first}, 'and after the policy has changed');
	is($session->query_safe(q{BEGIN; INSERT INTO desk.ticket (ticket_type) VALUES ('job') RETURNING policy_version, status; ROLLBACK}), '2|fresh', 'a write by the new policy');
	$session->quit;
	# back to the first version, in the only way there is: as if restored
	run_ok($node, 'postgres', q{
		SET session_replication_role = replica;
		DELETE FROM aftersales.policy_version WHERE version = 2;
		} . join('', map { "DELETE FROM aftersales.$_ WHERE version = 2;" } qw(ticket_type attribute event_type workflow_state workflow_transition workflow_guard sla_rule warranty_term exclusion remedy_window charge_rule)) . q{
		UPDATE aftersales.policy_version SET status = 'active'});
}
chains_ok($node, 'postgres', 'desk', 'at the end');

$node->stop;
done_testing();
