# Behind a pool in transaction mode: one connection serves one person after
# the other.  The actor is said with SET LOCAL in each transaction and does
# not outlive it; an application that names nobody is refused; prepared
# statements follow a change of policy.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use AftersalesTest;

my $node = new_node('main');
my $dir = PostgreSQL::Test::Utils::tempdir();

run_ok($node, 'postgres', 'CREATE EXTENSION aftersales;' . small_desk() . small_policy() . q{
	CREATE ROLE pool_user LOGIN;
	SELECT aftersales.grant_access('pool_user', 'app');
	INSERT INTO desk.application (db_user, label) VALUES ('pool_user', 'web front end');
	INSERT INTO desk.staff (login) VALUES ('agent_1'), ('lead_1'), ('gone_1');
	UPDATE desk.staff SET is_active = false WHERE login = 'gone_1';
	INSERT INTO desk.staff_role VALUES ('agent_1', 'agent'), ('lead_1', 'lead');
	INSERT INTO desk.ticket (ticket_type) SELECT 'job' FROM generate_series(1, 6);}
	  . (second_version() =~ s/fresh/filed/gr) . q{
	INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state, roles) VALUES ('small', 2, 'filed', 'cancelled', '{lead}');
	SELECT aftersales.activate_policy('small', 2, '2020-01-01');
	INSERT INTO desk.ticket (ticket_type) SELECT 'job' FROM generate_series(1, 6)});
# tickets 1 to 6 are of version 1, 7 to 12 of version 2

my $pool = $node->background_psql('postgres', extra_params => [ '-U', 'pool_user' ], on_error_stop => 0);

# Runs a transaction on the pooled connection; returns output and SQLSTATE.
sub transaction
{
	my ($actor, @sql) = @_;
	my $set = defined $actor ? "SET LOCAL aftersales.actor = '$actor';" : '';

	$pool->{stderr} = '';
	my $out = $pool->query("\\set VERBOSITY sqlstate\nBEGIN; $set " . join('; ', @sql) . '; COMMIT;');
	my $state = $pool->{stderr} =~ /ERROR:\s+(\w{5})/ ? $1 : '';
	$pool->{stderr} = '';
	return $state || $out;
}

my $call = q{INSERT INTO desk.ticket_event (ticket_id, event) VALUES (%d, 'called') RETURNING actor};
my $cancel = q{UPDATE desk.ticket SET status = 'cancelled' WHERE ticket_id = %d RETURNING status};

is(transaction(undef, sprintf($call, 1)), 'SV003', 'nobody was named: refused');
is(transaction('agent_1', sprintf($call, 1)), 'agent_1', 'one person');
is(transaction('lead_1', sprintf($call, 1)), 'lead_1', 'the next one on the same connection');
is(transaction(undef, sprintf($call, 1)), 'SV003', 'the last one does not stay');
is(transaction('nobody_1', sprintf($call, 1)), 'SV003', 'no member of staff');
is(transaction('gone_1', sprintf($call, 1)), 'SV003', 'nobody who is out of service');
is(transaction('pool_user', sprintf($call, 1)), 'SV003', 'nor the application itself');
is(transaction('', sprintf($call, 1)), 'SV003', 'nor the empty name');
is(transaction('agent_1', sprintf($cancel, 7)), 'SV003', 'a move that the first may not make');
is(transaction('lead_1', sprintf($cancel, 7)), 'cancelled', 'but the second');
is(transaction('agent_1', sprintf($cancel, 8)), 'SV003', 'and the first still not');
is(transaction('agent_1', sprintf($call, 2), q{SET LOCAL aftersales.actor = 'lead_1'}, sprintf($call, 2)), "agent_1\nlead_1", 'two in one transaction');
is(transaction('agent_1', 'SAVEPOINT s', q{SET LOCAL aftersales.actor = 'lead_1'}, sprintf($call, 2), 'ROLLBACK TO s', sprintf($call, 2)),
	"lead_1\nagent_1", 'a savepoint brings the first one back');
is(transaction('agent_1', q{SELECT role_ok FROM aftersales.allowed_transitions(ARRAY[9]) WHERE to_state = 'cancelled'}), 'f', 'allowed_transitions() asks for the first');
is(transaction('lead_1', q{SELECT role_ok FROM aftersales.allowed_transitions(ARRAY[9]) WHERE to_state = 'cancelled'}), 't', 'and for the second');

# a role taken away, the application struck off, while the connection stays
run_ok($node, 'postgres', q{DELETE FROM desk.staff_role WHERE login = 'lead_1'});
is(transaction('lead_1', sprintf($cancel, 9)), 'SV003', 'a role that was taken away');
run_ok($node, 'postgres', q{DELETE FROM desk.application});
is(transaction('lead_1', sprintf($call, 1)), 'SV003', 'a user who is no application any more may not speak for others');
is(transaction(undef, sprintf($call, 1)), 'pool_user', 'but for himself');
run_ok($node, 'postgres', q{INSERT INTO desk.application (db_user) VALUES ('pool_user'); INSERT INTO desk.staff_role VALUES ('lead_1', 'lead')});
is(transaction(undef, sprintf($call, 1)), 'SV003', 'entered again: refused again');

# ---------- statements prepared before a policy changed ----------

$pool->query(q{PREPARE open AS INSERT INTO desk.ticket (ticket_type) VALUES ('job') RETURNING policy_version, status});
$pool->query(q{PREPARE work (bigint) AS UPDATE desk.ticket SET status = 'work' WHERE ticket_id = $1 RETURNING policy_version, status});
is(transaction('agent_1', 'EXECUTE open'), '2|filed', 'a prepared statement') foreach 1 .. 7;
run_ok($node, 'postgres', q{
	SELECT aftersales.draft_policy('small');
	INSERT INTO aftersales.workflow_state (policy, version, state, kind, position) VALUES ('small', 3, 'taken', 'initial', -2);
	INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('small', 3, 'taken', 'work');
	SELECT aftersales.activate_policy('small', 3, '2021-01-01')});
is(transaction('agent_1', 'EXECUTE open'), '3|taken', 'after the policy has changed');
is(transaction('agent_1', 'EXECUTE work (1)'), '1|work', 'a ticket of the first version');
is(transaction('agent_1', 'EXECUTE work (8)'), '2|work', 'of the second');
# the shape of the table changes under a prepared statement
run_ok($node, 'postgres', 'ALTER TABLE desk.ticket ADD COLUMN building text');
is(transaction('agent_1', 'EXECUTE work (10)'), '2|work', 'after a column was added');
is(transaction('agent_1', q{UPDATE desk.ticket SET building = 'B' WHERE ticket_id = 11}, q{SELECT event FROM desk.ticket_event WHERE ticket_id = 11 ORDER BY seq DESC LIMIT 1}),
	'changed:building', 'whose changes are events');
$pool->quit;

# the same by the extended protocol: each client prepares once; meanwhile
# versions come into force
PostgreSQL::Test::Utils::append_to_file("$dir/open.sql", q{
\set n random(1, 1000000)
BEGIN;
SET LOCAL aftersales.actor = 'agent_1';
INSERT INTO desk.ticket (ticket_type, subject) VALUES ('job', :n::text);
COMMIT;
});
run_ok($node, 'postgres', q{
	CREATE TABLE activation (version integer, done_at timestamptz);
	CREATE PROCEDURE activate(n integer) LANGUAGE plpgsql AS $$
	DECLARE v integer;
	BEGIN
		FOR i IN 1 .. n LOOP
			v := aftersales.draft_policy('small');
			PERFORM aftersales.activate_policy('small', v, '2022-01-01'::timestamptz + v * interval '1 day');
			COMMIT;
			INSERT INTO activation VALUES (v, clock_timestamp());
			COMMIT;
			PERFORM pg_sleep(0.05);
		END LOOP;
	END $$;
	ALTER DATABASE postgres SET aftersales.clock_skew = 0});
my $bench = IPC::Run::start([ 'pgbench', '--no-vacuum', '--client=2', '--transactions=1500', '--protocol=prepared',
		"--file=$dir/open.sql", $node->connstr('postgres') . ' user=pool_user' ], '>', \my $out, '2>', \my $err);
run_ok($node, 'postgres', 'CALL activate(10)');
$bench->finish;
like($out, qr{actually processed: 3000/3000}, 'prepared statements while versions come into force');
unlike($err, qr/ERROR/, 'without an error');
is($node->safe_psql('postgres', q{
		SELECT t.ticket_id, t.policy_version FROM desk.ticket t
		WHERE t.policy_version < (SELECT max(version) FROM activation a WHERE a.done_at < t.opened_at)}),
	'', 'none was opened by a version that had been superseded before its statement began');
cmp_ok($node->safe_psql('postgres', 'SELECT count(DISTINCT policy_version) FROM desk.ticket'), '>', 4, 'and the versions did change meanwhile');
chains_ok($node, 'postgres', 'desk', 'at the end');

$node->stop;
done_testing();
