# Eight clients at 50 tickets: moves, events, writes of many rows in the order
# of the ids, sweeps.  Only refusals by the rules, no deadlock; in the end
# chains hold, clocks and breaches are what the events say.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use AftersalesTest;

my $CLIENTS = 8;
my $TRANSACTIONS = 400;		# of each
my $node = new_node('main', 'deadlock_timeout = 100ms');
my $dir = PostgreSQL::Test::Utils::tempdir();

# a clock so short that some are late
run_ok($node, 'postgres', 'CREATE EXTENSION aftersales;' . small_desk() . (small_policy()
	  =~ s/'00:10'/'00:00:01'/r =~ s/'has_event\(''visited''\)'/'has_event(''visited'') AND channel IS DISTINCT FROM ''mail'''/r) . q{
	INSERT INTO desk.ticket (ticket_type, attributes)
		SELECT 'job', jsonb_build_object('urgent', g % 2 = 0) FROM generate_series(1, 50) g});


my %script = (
	# a move that may not be allowed any more; PL/pgSQL keeps pgbench from stopping at it
	move => [ 5, q{
\set id random(1, 50)
\set to random(0, 3)
SELECT try_move(:id, :to);
} ],
	log => [ 5, q{
\set id random(1, 50)
\set other random(1, 50)
INSERT INTO desk.ticket_event (ticket_id, event, note) SELECT t, 'visited', 'x' FROM unnest(ARRAY[:id::bigint, :other]) t ORDER BY t;
} ],
	many => [ 2, q{
\set id random(1, 50)
WITH l AS MATERIALIZED (SELECT ticket_id FROM desk.ticket WHERE ticket_id BETWEEN :id AND :id + 10 ORDER BY ticket_id FOR NO KEY UPDATE)
UPDATE desk.ticket t SET channel = CASE WHEN channel = 'phone' THEN 'mail' ELSE 'phone' END,
	attributes = attributes || jsonb_build_object('urgent', random() < 0.5)
FROM l WHERE t.ticket_id = l.ticket_id;
} ],
	both => [ 2, q{
\set id random(1, 50)
BEGIN;
UPDATE desk.ticket SET subject = 'client ' || :client_id::text WHERE ticket_id = :id;
INSERT INTO desk.ticket_event (ticket_id, event) VALUES (:id, 'called');
COMMIT;
} ],
	open => [ 1, q{
INSERT INTO desk.ticket (ticket_type, attributes) VALUES ('job', '{"urgent": true}');
} ],
	sweep => [ 1, q{
SELECT * FROM aftersales.sweep();
} ],
	ask => [ 1, q{
\set id random(1, 50)
SELECT count(*) FROM aftersales.allowed_transitions(ARRAY[:id::bigint]);
SELECT count(*) FROM desk_bi.clock WHERE ticket_id = :id;
} ]);

# A move, or a note of why not.
run_ok($node, 'postgres', q{
	CREATE UNLOGGED TABLE refusal (code text, at timestamptz DEFAULT clock_timestamp());
	CREATE FUNCTION try_move(id bigint, n integer) RETURNS text LANGUAGE plpgsql AS $$
	BEGIN
		UPDATE desk.ticket SET status = (ARRAY['new', 'work', 'done', 'cancelled'])[n + 1] WHERE ticket_id = id;
		RETURN 'moved';
	EXCEPTION WHEN SQLSTATE 'SV001' OR SQLSTATE 'SV002' THEN
		INSERT INTO refusal (code) VALUES (SQLSTATE);
		RETURN SQLSTATE;
	END $$});

my @files;
foreach my $name (sort keys %script)
{
	my ($weight, $text) = @{ $script{$name} };
	PostgreSQL::Test::Utils::append_to_file("$dir/$name.sql", $text);
	push @files, "--file=$dir/$name.sql\@$weight";
}

foreach my $protocol ('simple', 'prepared')
{
	my ($out, $err) = run_command([ 'pgbench', '--no-vacuum', "--client=$CLIENTS", '--jobs=2', "--transactions=$TRANSACTIONS",
		"--protocol=$protocol", '--random-seed=20260302', @files, $node->connstr('postgres') ]);
	my $expected = $CLIENTS * $TRANSACTIONS;

	like($out, qr{number of transactions actually processed: $expected/$expected\b}, "$protocol: all transactions were processed");
	unlike($err, qr/ERROR|aborted/, "$protocol: no error, no deadlock");
}
is($node->safe_psql('postgres', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'}), '0', 'the server saw no deadlock');
is($node->safe_psql('postgres', 'SELECT string_agg(DISTINCT code, $$ $$ ORDER BY code) FROM refusal'), 'SV001 SV002', 'moves were refused, and for both reasons');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM desk.ticket_event'), '>', 5 * $TRANSACTIONS, 'much was written');

# one more sweep, then everything due stands in sla_breach
run_ok($node, 'postgres', 'SELECT pg_sleep(1.1)');
my $after = $node->safe_psql('postgres', 'SELECT sum(rows) FROM aftersales.sweep()');
is($node->safe_psql('postgres', 'SELECT sum(rows) FROM aftersales.sweep()'), '0', "a sweep ($after rows) leaves nothing for the next");
chains_ok($node, 'postgres', 'desk', 'after all');

my %wrong = (
	'a ticket is not where its last move has put it' => q{
		SELECT ticket_id FROM desk.ticket t WHERE status <> (SELECT to_state FROM desk.ticket_event e
			WHERE e.ticket_id = t.ticket_id AND to_state IS NOT NULL ORDER BY seq DESC LIMIT 1)},
	'a move does not start where the one before ended' => q{
		SELECT ticket_id, seq FROM (SELECT ticket_id, seq, from_state, lag(to_state) OVER (PARTITION BY ticket_id ORDER BY seq) AS before
			FROM desk.ticket_event WHERE to_state IS NOT NULL) e WHERE from_state IS DISTINCT FROM before},
	'time runs backwards in a chain' => q{
		SELECT ticket_id, seq FROM (SELECT ticket_id, seq, occurred_at, lag(occurred_at) OVER (PARTITION BY ticket_id ORDER BY seq) AS before
			FROM desk.ticket_event) e WHERE occurred_at < before},
	'a done ticket nobody has visited' => q{
		SELECT ticket_id FROM desk.ticket_event d WHERE event = 'status:done' AND NOT EXISTS
			(SELECT FROM desk.ticket_event v WHERE v.ticket_id = d.ticket_id AND v.event = 'visited' AND v.seq < d.seq)},
	'two open clocks of a name' => q{
		SELECT ticket_id, clock FROM desk.sla_clock WHERE stopped_at IS NULL GROUP BY 1, 2 HAVING count(*) > 1},
	'cycles with a gap' => q{
		SELECT ticket_id, clock FROM desk.sla_clock GROUP BY 1, 2 HAVING count(*) <> max(cycle) OR min(cycle) <> 1},
	'a clock "fix" that is open on a done ticket, or not open on one in work' => q{
		SELECT ticket_id FROM desk.ticket t WHERE (status IN ('new', 'work')) <> EXISTS
			(SELECT FROM desk.sla_clock c WHERE c.ticket_id = t.ticket_id AND c.clock = 'fix' AND c.stopped_at IS NULL)},
	'a clock that was not stopped by its event' => q{
		SELECT clock_id FROM desk.sla_clock c WHERE ended_as = 'stopped' AND NOT EXISTS
			(SELECT FROM desk.ticket_event e WHERE e.ticket_id = c.ticket_id AND e.occurred_at = c.stopped_at
			   AND e.event = CASE clock WHEN 'fix' THEN 'status:done' ELSE 'status:work' END)},
	'a clock that did not start at its event' => q{
		SELECT clock_id FROM desk.sla_clock c WHERE NOT EXISTS
			(SELECT FROM desk.ticket_event e WHERE e.ticket_id = c.ticket_id AND e.seq = c.start_seq)},
	'a late clock without its breach' => q{
		SELECT clock_id FROM desk.sla_clock c WHERE due_at < coalesce(stopped_at, now()) AND coalesce(ended_as, '') <> 'voided'
			AND NOT EXISTS (SELECT FROM desk.sla_breach b WHERE b.clock_id = c.clock_id)},
	'a breach of a clock that was not late' => q{
		SELECT clock_id FROM desk.sla_breach b JOIN desk.sla_clock c USING (clock_id)
		WHERE ended_as IS DISTINCT FROM 'voided' AND NOT (b.due_at < coalesce(c.stopped_at, now()))},
	'is_breached that does not say what sla_breach says' => q{
		SELECT c.clock_id FROM desk.sla_clock c LEFT JOIN desk.sla_breach b USING (clock_id) WHERE c.is_breached <> (b.clock_id IS NOT NULL)},
	'something left to do for a clock that has ended or is breached' => q{
		SELECT clock_id FROM desk.sla_clock WHERE next_at IS NOT NULL AND (stopped_at IS NOT NULL OR is_breached)});
foreach my $what (sort keys %wrong)
{
	is($node->safe_psql('postgres', $wrong{$what}), '', "there is not: $what");
}

$node->stop;
done_testing();
