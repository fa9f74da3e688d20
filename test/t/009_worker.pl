# The background worker records breaches by itself, in every database, as the
# owner of each desk; an error in one desk does not keep it from another; it
# obeys sweep_interval, comes back when it dies, is in nobody's way, and does
# nothing on a standby.  Messages in the outbox wake those who LISTEN.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use AftersalesTest;

my $node = new_node('primary', "shared_preload_libraries = 'aftersales'", "aftersales.sweep_interval = '200ms'",
	'max_prepared_transactions = 2', q{log_line_prefix = '%m [%p] %b: '});

# clocks of one second, so that they become late in the course of things
(my $policy = small_policy()) =~ s/'01:00'\)/'1 second')/;
like($policy, qr/'1 second'/, 'the policy has short clocks');

my $launcher = q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'aftersales launcher'};
my $busy = q{SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'aftersales sweep'};
my $number = 0;

# Opens a ticket whose clock becomes late soon; returns the query that tells
# whether its breach is recorded.
sub open_ticket
{
	my ($on, $db, $desk) = @_;
	my $ref = 'ref_' . ++$number;

	run_ok($on, $db, qq{INSERT INTO $desk.ticket (ticket_type, external_ref) VALUES ('job', '$ref')});
	return qq{SELECT count(*) = 1 FROM $desk.sla_breach b JOIN $desk.sla_clock c USING (clock_id)
		JOIN $desk.ticket t USING (ticket_id) WHERE t.external_ref = '$ref'};
}

sub swept_ok
{
	my ($on, $db, $query, $what) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok($on->poll_query_until($db, $query), $what);
}

# Nothing is recorded although the clock is long late.
sub not_swept_ok
{
	my ($on, $db, $desk, $query, $what) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	$on->poll_query_until($db, qq{SELECT max(due_at) + interval '1 second' < clock_timestamp() FROM $desk.sla_clock WHERE stopped_at IS NULL})
	  or die 'the clock does not become late';
	is($on->safe_psql($db, $query), 'f', $what);
}

sub set_interval
{
	my ($value) = @_;

	$node->safe_psql('postgres', "ALTER SYSTEM SET aftersales.sweep_interval = '$value'");
	$node->reload;
}

# ---------- by itself, in each database, as the owner

run_ok($node, 'postgres', 'CREATE ROLE owner_a; CREATE ROLE owner_b; CREATE DATABASE one; CREATE DATABASE two; CREATE DATABASE empty;
	CREATE DATABASE closed; ALTER DATABASE closed ALLOW_CONNECTIONS false');
foreach my $db ('one', 'two')
{
	run_ok($node, $db, "CREATE EXTENSION aftersales; $policy
		SELECT aftersales.grant_access('owner_a', 'admin'), aftersales.grant_access('owner_b', 'admin');
		GRANT CREATE ON DATABASE $db TO owner_a, owner_b;
		SET ROLE owner_a; SELECT aftersales.create_desk('desk_a');
		SET ROLE owner_b; SELECT aftersales.create_desk('desk_b');");
}
swept_ok($node, 'one', open_ticket($node, 'one', 'desk_a'), 'a breach is recorded by itself');
swept_ok($node, 'one', open_ticket($node, 'one', 'desk_b'), 'in every desk');
swept_ok($node, 'two', open_ticket($node, 'two', 'desk_b'), 'of every database');
is($node->safe_psql('one', q{SELECT count(*) FROM desk_a.sla_breach WHERE detected_at < due_at}), '0', 'not before it is due');
like($node->safe_psql('postgres', $launcher), qr/^\d+$/, 'pg_stat_activity shows the launcher');

# owner_a's code, run at commit too, stays owner_a and leaves nothing behind
run_ok($node, 'one', q{
	CREATE TABLE seen (desk text, current_user_is text, session text, path text, trap regclass, become text);
	GRANT INSERT ON seen TO PUBLIC;
	CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$
	DECLARE state text := 'done';
	BEGIN
		BEGIN
			RESET SESSION AUTHORIZATION;
			SET ROLE NONE;
		EXCEPTION WHEN OTHERS THEN state := sqlstate;
		END;
		INSERT INTO public.seen VALUES (TG_TABLE_SCHEMA, current_user, session_user, current_setting('search_path'), to_regclass('pg_temp.trap'), state);
		IF current_user = 'owner_a' THEN
			PERFORM set_config('search_path', 'nowhere', false);
			CREATE TEMP TABLE IF NOT EXISTS trap (a integer);
		END IF;
		RETURN NULL;
	END $$;
	CREATE CONSTRAINT TRIGGER look AFTER INSERT ON desk_a.sla_breach DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION look();
	CREATE CONSTRAINT TRIGGER look AFTER INSERT ON desk_b.sla_breach DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION look();
	GRANT TEMP ON DATABASE one TO owner_a});
set_interval('0');
$node->poll_query_until('postgres', $busy, '0') or die 'workers do not end';
my @breaches = (open_ticket($node, 'one', 'desk_a'), open_ticket($node, 'one', 'desk_b'));
not_swept_ok($node, 'one', 'desk_b', $breaches[1], 'sweep_interval = 0: nothing is swept');
set_interval('200ms');
swept_ok($node, 'one', $_, 'swept again') foreach @breaches;
is($node->safe_psql('one', q{SELECT desk, current_user_is, path, trap, become FROM seen ORDER BY 1}),
	"desk_a|owner_a|pg_catalog, pg_temp||42501\ndesk_b|owner_b|pg_catalog, pg_temp||42501",
	'triggers run as the owner, cannot become somebody else, and find a clean session');
run_ok($node, 'one', 'DROP TRIGGER look ON desk_a.sla_breach; DROP TRIGGER look ON desk_b.sla_breach');

# ---------- errors

my $log = -s $node->logfile;
run_ok($node, 'one', q{
	CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no way' USING ERRCODE = 'P0009', DETAIL = 'as it is'; END $$;
	CREATE TRIGGER fail BEFORE INSERT ON desk_a.sla_breach FOR EACH ROW EXECUTE FUNCTION fail()});
@breaches = (open_ticket($node, 'one', 'desk_a'), open_ticket($node, 'one', 'desk_b'));
swept_ok($node, 'one', $breaches[1], 'an error in one desk does not stop the next');
ok($node->wait_for_log(qr/aftersales sweep: WARNING:  desk "desk_a" could not be swept: no way\n.*DETAIL:  as it is/, $log),
	'it is in the log');
is($node->safe_psql('one', $breaches[0]), 'f', 'and nothing of that chunk is recorded');
run_ok($node, 'one', 'DROP TRIGGER fail ON desk_a.sla_breach');
swept_ok($node, 'one', $breaches[0], 'without the error it goes on by itself');

# an error at commit
run_ok($node, 'one', q{CREATE CONSTRAINT TRIGGER fail AFTER INSERT ON desk_a.sla_breach DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail()});
@breaches = (open_ticket($node, 'one', 'desk_a'), open_ticket($node, 'one', 'desk_b'));
swept_ok($node, 'one', $breaches[1], 'nor does an error at commit');

# sweep_all() the same
set_interval('0');
$node->poll_query_until('postgres', $busy, '0') or die 'workers do not end';
$breaches[1] = open_ticket($node, 'one', 'desk_b');
not_swept_ok($node, 'one', 'desk_b', $breaches[1], 'another late ticket');
my ($rc, $out, $err) = $node->psql('one', '\set VERBOSITY verbose
	CALL aftersales.sweep_all()', on_error_stop => 0);
like($err, qr/WARNING:  P0009: desk "desk_a" could not be swept: no way\nDETAIL:  as it is/, 'sweep_all() warns of the desk');
like($err, qr/ERROR:  P0009: 1 of 2 desks could not be swept\n/, 'and fails in the end');
is($node->safe_psql('one', $breaches[1]), 't', 'with the other desk swept');
is(sqlstate_of($node, 'one', q{CALL aftersales.sweep_all(desk => 'desk_a')}), 'P0009', 'a desk by name: the error itself');
is(sqlstate_of($node, 'one', q{SET ROLE owner_b; CALL aftersales.sweep_all()}), '00000 ', 'owner_b has desk_b only');
run_ok($node, 'one', 'DROP TRIGGER fail ON desk_a.sla_breach');
is(sqlstate_of($node, 'one', q{SET ROLE owner_a; CALL aftersales.sweep_all(1)}), '00000 ', 'owner_a, without the error');
is($node->safe_psql('one', $breaches[0]), 't', 'sweeps his own');
set_interval('200ms');

# ---------- dropped while it runs

$log = -s $node->logfile;
foreach my $i (1 .. 5)
{
	run_ok($node, 'postgres', "CREATE DATABASE passing");
	run_ok($node, 'passing', "CREATE EXTENSION aftersales; $policy" . small_desk());
	swept_ok($node, 'passing', open_ticket($node, 'passing', 'desk'), 'a database that passes') if $i == 1;
	run_ok($node, 'passing', 'DROP SCHEMA desk, desk_bi CASCADE; DROP EXTENSION aftersales');
	is(sqlstate_of($node, 'postgres', 'DROP DATABASE passing'), '00000 ', "database dropped ($i)");
}
# A worker that was about to connect is told so by the server itself.
is(join("\n", grep { / aftersales / && !/FATAL:  database \S+ does not exist/ } split /\n/, slurp_file($node->logfile, $log)),
	'', 'nothing is said about what was dropped');

# ---------- it comes back

my $pid = $node->safe_psql('postgres', $launcher);
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM ($launcher) l WHERE pid <> $pid"), 'a terminated launcher comes back');
swept_ok($node, 'one', open_ticket($node, 'one', 'desk_a'), 'and sweeps');
$node->stop('immediate');
$node->start;
swept_ok($node, 'two', open_ticket($node, 'two', 'desk_a'), 'after a crash of the server too');
chains_ok($node, 'one', 'desk_a', 'in the end');

# ---------- messages wake

my $message = q{
	ALTER TABLE desk_a.outbox DISABLE TRIGGER aftersales_protect;
	INSERT INTO desk_a.outbox (topic, ticket_id, recipient, at, created_at)
	SELECT 'escalation', min(ticket_id), 'lead', now(), now() FROM desk_a.ticket;
	ALTER TABLE desk_a.outbox ENABLE TRIGGER aftersales_protect;};
my $listener = $node->background_psql('one');
$listener->query('LISTEN aftersales');
run_ok($node, 'one', "BEGIN; $message ROLLBACK");
run_ok($node, 'one', "BEGIN; $message PREPARE TRANSACTION 'm'");
run_ok($node, 'one', "COMMIT PREPARED 'm'");
unlike($listener->query('SELECT 1'), qr/notification/, 'a transaction rolled back, or committed in two phases, wakes nobody');
is($node->safe_psql('one', q{SELECT count(*) FROM aftersales.take_outbox(desk => 'desk_a')}), '1', 'but the second has left a message');
run_ok($node, 'one', "BEGIN; $message $message COMMIT");
my $heard = '';
foreach (1 .. 1800)
{
	$heard .= $listener->query('SELECT pg_sleep(0.1)');
	last if $heard =~ /notification/;
}
like($heard, qr/Asynchronous notification "aftersales" with payload "desk_a" received/, 'messages wake who listens, with the name of the desk');
is(scalar(() = $heard =~ /notification/g), 1, 'once a transaction');
$listener->quit;

# ---------- a standby

set_interval('0');
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
unlink $standby->data_dir . '/postgresql.auto.conf';
$standby->start;
is($standby->safe_psql('one', 'SHOW aftersales.sweep_interval'), '200ms', 'the standby has an interval');
my $breach = open_ticket($node, 'one', 'desk_a');
$node->wait_for_catchup($standby);
$node->stop;
not_swept_ok($standby, 'one', 'desk_a', $breach, 'nothing is written on a standby');
is($standby->safe_psql('postgres', $launcher), '', 'and no launcher runs there');
$standby->promote;
swept_ok($standby, 'one', $breach, 'promoted, it sweeps');
unlike(slurp_file($standby->logfile), qr/aftersales \w+: (ERROR|FATAL)/, 'without an error');
$standby->stop;

done_testing();
