# The server is killed amid a crowd of writers and started again: every
# statement that was acknowledged is there, no half of one, and the chains
# hold.  A sweep that runs all the while has not sent any message twice, nor
# marked one as sent that is not there.  Twice: an immediate stop of all, and kill -9 of one backend, with a
# checkpoint in between.

use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use AftersalesTest;

my $WRITERS = 4;
my $TICKETS = 40;
my $node = new_node('main', 'synchronous_commit = on', 'restart_after_crash = on');
my $dir = PostgreSQL::Test::Utils::tempdir();

# a message soon after the opening, and one when it is late
my $policy = small_policy();
$policy =~ s/(?=SELECT aftersales.activate_policy)/INSERT INTO aftersales.escalation_rule (policy, version, clock, level, at, recipient) VALUES ('small', 1, 'fix', 1, '-3599.9 seconds', 'lead'), ('small', 1, 'hurry', 1, '0', 'lead'); /;
run_ok($node, 'postgres', 'CREATE EXTENSION aftersales;' . small_desk() . $policy . qq{
	INSERT INTO desk.ticket (ticket_type, attributes, happened_at)
		SELECT 'job', jsonb_build_object('urgent', g % 2 = 0), now() - interval '20 min' FROM generate_series(1, $TICKETS) g});

# A long script of one writer.  Each statement returns what it has written,
# so a line in the output is an acknowledgement; what a transaction wrote
# counts from its last line on.
sub script
{
	my ($writer) = @_;
	my $sql = '';

	foreach my $n (1 .. 5000)
	{
		my $id = 1 + ($n * 7 + $writer * 13) % $TICKETS;
		my $kind = $n % 4;

		$sql .=
		  $kind == 0 ? "INSERT INTO desk.ticket (ticket_type, subject) VALUES ('job', 'w$writer') RETURNING 'ticket ' || ticket_id;\n"
		  : $kind == 1 ? "INSERT INTO desk.ticket_event (ticket_id, event, note) VALUES ($id, 'visited', 'w$writer n$n') RETURNING 'event ' || ticket_id || ' ' || seq;\n"
		  : $kind == 2 ? "UPDATE desk.ticket SET status = CASE status WHEN 'work' THEN 'done' ELSE 'work' END WHERE ticket_id = $id RETURNING 'event ' || ticket_id || ' ' || event_seq;\n"
		  : "BEGIN; UPDATE desk.ticket SET subject = 'w$writer n$n' WHERE ticket_id = $id;"
		  . "INSERT INTO desk.ticket_event (ticket_id, event) VALUES ($id, 'called'); COMMIT;"
		  . "SELECT 'pair $id w$writer n$n';\n";
	}
	PostgreSQL::Test::Utils::append_to_file("$dir/w$writer.sql", $sql);
}
script($_) foreach 1 .. $WRITERS;
PostgreSQL::Test::Utils::append_to_file("$dir/w0.sql", "CALL aftersales.sweep_all(3); SELECT pg_sleep(0.01);\n" x 20000);

sub start_writer
{
	my ($writer, $round) = @_;

	return IPC::Run::start(
		[ 'psql', '-XAtq', '-f', "$dir/w$writer.sql", '-d', $node->connstr('postgres') ],
		'>', "$dir/w$writer.$round.out", '2>', "$dir/w$writer.$round.err");
}

sub lines_of
{
	my ($round) = @_;
	return map { split /\n/, PostgreSQL::Test::Utils::slurp_file("$dir/w$_.$round.out") } 1 .. $WRITERS;
}

# Waits until the writers have written so many lines.
sub wait_for_lines
{
	my ($round, $n) = @_;

	foreach (1 .. 600)
	{
		return if (() = lines_of($round)) >= $n;
		usleep(100_000);
	}
	die "the writers do not come on";
}

foreach my $round (1, 2)
{
	my @writers = map { start_writer($_, $round) } 0 .. $WRITERS;

	wait_for_lines($round, 400);
	if ($round == 2)
	{
		$node->safe_psql('postgres', 'CHECKPOINT');
		wait_for_lines($round, 800);
		my $pid = $node->safe_psql('postgres', q{SELECT pid FROM pg_stat_activity
			WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY state, pid LIMIT 1});
		run_log([ 'pg_ctl', 'kill', 'KILL', $pid ]);
	}
	else
	{
		$node->stop('immediate');
	}
	# all of them lose their connection
	eval { $_->finish } foreach @writers;
	$node->start if $round == 1;
	$node->poll_query_until('postgres', 'SELECT true') or die 'the server does not come back';

	# what is not complete was not read as a whole line by its writer
	my @lines = grep { /^(ticket \d+|event \d+ \d+|pair \d+ w\d+ n\d+)$/ } lines_of($round);
	cmp_ok(scalar @lines, '>=', 400, "round $round: " . scalar(@lines) . " acknowledgements");
	# (a guard is not met where nobody has been yet)
	my @errors = grep { /ERROR/ && !/may not move from "work" to "done" yet/ } map { split /\n/, PostgreSQL::Test::Utils::slurp_file("$dir/w$_.$round.err") } 0 .. $WRITERS;
	is(join("\n", @errors), '', "round $round: nothing else was refused");

	my $values = join(', ', map { "('$_')" } @lines);
	is( $node->safe_psql('postgres', qq{
			WITH ack AS (SELECT string_to_array(line, ' ') AS a FROM (VALUES $values) v(line))
			SELECT a FROM ack
			WHERE CASE a[1]
				WHEN 'ticket' THEN NOT EXISTS (SELECT FROM desk.ticket WHERE ticket_id = a[2]::bigint)
				WHEN 'event' THEN NOT EXISTS (SELECT FROM desk.ticket_event WHERE ticket_id = a[2]::bigint AND seq = a[3]::integer)
				ELSE NOT EXISTS (SELECT FROM desk.ticket_event e JOIN desk.event_private p USING (event_id)
					WHERE ticket_id = a[2]::bigint AND event = 'changed:subject' AND p.data->>'new' = a[3] || ' ' || a[4]
					  AND EXISTS (SELECT FROM desk.ticket_event n WHERE n.ticket_id = e.ticket_id AND n.seq = e.seq + 1 AND n.event = 'called'))
				END}),
		'', "round $round: all of them are there");
	chains_ok($node, 'postgres', 'desk', "round $round");
	is( $node->safe_psql('postgres', q{
			SELECT ticket_id, clock FROM desk.sla_clock GROUP BY 1, 2
			HAVING count(*) <> max(cycle) OR count(*) FILTER (WHERE stopped_at IS NULL) > 1}),
		'', "round $round: the cycles of the clocks are without gap, one of them open at most");
	is( $node->safe_psql('postgres', q{
			SELECT clock_id FROM desk.sla_clock c FULL JOIN desk.sla_breach b USING (clock_id)
			WHERE c.is_breached IS DISTINCT FROM (b.clock_id IS NOT NULL)}),
		'', "round $round: breaches and clocks agree");
	is( $node->safe_psql('postgres', q{
			SELECT clock_id, level, count(e), count(o) FROM (SELECT clock_id, level, 1 AS e FROM desk.sla_escalation) e
			FULL JOIN (SELECT clock_id, level, 1 AS o FROM desk.outbox) o USING (clock_id, level)
			GROUP BY 1, 2 HAVING count(e) <> 1 OR count(o) <> 1}),
		'', "round $round: a message for each level, and one only");
	cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM desk.outbox'), '>', 10 * $round, "round $round: many of them");
	is($node->safe_psql('postgres', 'SELECT * FROM aftersales.verify_clocks()'), '', "round $round: the clocks are those of the events");
}
is(sqlstate_of($node, 'postgres', q{INSERT INTO desk.ticket (ticket_type) VALUES ('job') RETURNING status}), '00000 new', 'and life goes on');

$node->stop;
done_testing();
