# Twenty clients at ten hot balances: moves of one row and of many in any
# order, back-dated ones, receipts, scraps, pieces with a serial number,
# reversals, retries by external_ref, and what is plainly wrong.  Only refusals
# by the rules, no deadlock.  In the end the moves are those that were
# acknowledged, each once, and all that is kept follows from them; nothing was
# below zero at any instant, and no reader has ever seen a balance that was
# not the sum of its moves.
#
# AFTERSALES_LEDGER_SECONDS shortens it.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use AftersalesTest;

my $CLIENTS = 20;
my $SECONDS = $ENV{AFTERSALES_LEDGER_SECONDS} || 60;
my $node = new_node('main', 'deadlock_timeout = 20ms', 'log_lock_waits = on');
my $dir = PostgreSQL::Test::Utils::tempdir();

# What a client wants is made from a kind and a seed, so its journal needs no
# more to say what was asked for.
run_ok($node, 'postgres', 'CREATE EXTENSION aftersales;' . small_desk() . small_stock() . q{
	INSERT INTO desk.stock_location (location, kind) VALUES ('store_4', 'store'), ('store_5', 'store');
	INSERT INTO desk.stock_move (purpose, part_no, quantity, from_location, to_location, note)
		SELECT 'receipt', part_no, 30, 'maker', 'store_' || g, 'opening' FROM unnest(ARRAY['bolt', 'cable']) part_no, generate_series(1, 5) g;
	INSERT INTO desk.stock_move (purpose, part_no, serial_no, from_location, to_location, note)
		SELECT 'receipt', 'board', 'S' || g, 'maker', 'store_' || 1 + g % 3, 'opening' FROM generate_series(1, 15) g;

	CREATE FUNCTION pick(seed bigint, k integer, n integer) RETURNS integer LANGUAGE sql IMMUTABLE
		RETURN ((hashint8extended(seed, k) & 1048575) % n)::integer;

	-- kinds: 1 transfer, 2 receipt, 3 scrap, 4 back-dated transfer, 5 back-dated receipt, 6 many transfers,
	-- 7 a serial number, 8 with an external_ref (the seed twice, plus 1 for other contents), 9 regrade, 10 wrong
	CREATE FUNCTION rows_of(kind integer, seed bigint,
		OUT n integer, OUT part_no text, OUT quantity numeric, OUT from_location text, OUT to_location text,
		OUT from_condition text, OUT to_condition text, OUT serial_no text, OUT purpose text, OUT ago interval, OUT note text, OUT external_ref text)
		RETURNS SETOF record LANGUAGE plpgsql IMMUTABLE AS $$
	DECLARE
		s bigint := CASE WHEN kind = 8 THEN seed / 2 ELSE seed END;
		a integer;
	BEGIN
		FOR i IN 1 .. CASE WHEN kind = 6 THEN 2 + pick(s, 1, 5) WHEN kind = 2 THEN 1 + pick(s, 1, 3) ELSE 1 END LOOP
			n := i;
			note := concat_ws(' ', kind, s, i);
			part_no := (ARRAY['bolt', 'cable'])[1 + pick(s, 10 * i, 2)];
			quantity := 1 + pick(s, 10 * i + 1, 20) + CASE WHEN part_no = 'cable' THEN pick(s, 10 * i + 2, 100) / 100.0 ELSE 0 END;
			a := pick(s, 10 * i + 3, 5);
			from_location := 'store_' || 1 + a;
			to_location := 'store_' || 1 + (a + 1 + pick(s, 10 * i + 4, 4)) % 5;
			from_condition := 'good';
			to_condition := 'good';
			purpose := 'transfer';
			serial_no := NULL;
			IF kind IN (2, 5) THEN
				purpose := 'receipt';
				from_location := 'maker';
				to_location := 'store_' || 1 + a;
			ELSIF kind = 3 THEN
				purpose := 'scrap';
				to_location := 'bin';
			ELSIF kind = 7 THEN
				part_no := 'board';
				quantity := 1;
				serial_no := 'S' || 1 + pick(s, 15, 15);
				from_location := 'store_' || 1 + a % 3;
				to_location := 'store_' || 1 + (a % 3 + 1 + pick(s, 16, 2)) % 3;
			ELSIF kind = 8 THEN
				external_ref := 'r' || s;
				IF pick(s, 15, 2) = 1 THEN
					purpose := 'receipt';
					from_location := 'maker';
				END IF;
				quantity := quantity + seed % 2;
			ELSIF kind = 9 THEN
				purpose := 'regrade';
				to_location := from_location;
				from_condition := (ARRAY['good', 'defective'])[1 + pick(s, 15, 2)];
				to_condition := (ARRAY['defective', 'good'])[1 + pick(s, 15, 2)];
			ELSIF kind = 10 THEN
				CASE pick(s, 15, 6)
					WHEN 0 THEN quantity := quantity + 0.001;
					WHEN 1 THEN part_no := 'nut';
					WHEN 2 THEN to_location := 'store_9';
					WHEN 3 THEN ago := '-1 hour';
					WHEN 4 THEN purpose := 'adjust'; to_location := 'found';
					ELSE purpose := 'receipt';
				END CASE;
			END IF;
			IF kind IN (4, 5) THEN
				ago := pick(s, 17, 20000) * interval '1 ms';
			END IF;
			RETURN NEXT;
		END LOOP;
	END $$;

	CREATE UNLOGGED TABLE journal (kind integer, seed bigint, outcome integer);
	CREATE UNLOGGED TABLE reversal_journal (move_id bigint, outcome integer);
	CREATE UNLOGGED TABLE surprise (code text, message text);
	CREATE SEQUENCE ref;

	-- An outcome is how many rows there were, or minus the digits of the SQLSTATE.
	CREATE FUNCTION outcome_of(code text, message text) RETURNS integer LANGUAGE plpgsql AS $$
	BEGIN
		IF code ~ '^SV0|^235|^40001' THEN
			RETURN -ltrim(code, 'SV')::integer;
		END IF;
		INSERT INTO surprise VALUES (code, message);
		RETURN -99999;
	END $$;
	-- form: 0 plain, 1 and 2 ON CONFLICT
	CREATE FUNCTION try(kind integer, seed bigint, form integer) RETURNS integer LANGUAGE plpgsql AS $$
	DECLARE
		n integer;
	BEGIN
		} . join("\n", map { qq{IF form = $_->[0] THEN
			INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location, from_condition, to_condition, serial_no, purpose, happened_at, note, external_ref)
			SELECT r.part_no, r.quantity, r.from_location, r.to_location, r.from_condition, r.to_condition, r.serial_no, r.purpose, now() - r.ago, r.note, r.external_ref
			FROM rows_of(kind, seed) r ORDER BY r.n $_->[1];
			GET DIAGNOSTICS n = ROW_COUNT;
		END IF;} } [ 0, '' ], [ 1, 'ON CONFLICT (external_ref) DO NOTHING' ], [ 2, 'ON CONFLICT DO NOTHING' ]) . q{
		RETURN n;
	EXCEPTION WHEN OTHERS THEN
		RETURN outcome_of(SQLSTATE, SQLERRM);
	END $$;
	CREATE FUNCTION try_reversal(id bigint) RETURNS integer LANGUAGE plpgsql AS $$
	BEGIN
		INSERT INTO desk.stock_move (reversal_of) VALUES (id);
		RETURN 1;
	EXCEPTION WHEN OTHERS THEN
		RETURN outcome_of(SQLSTATE, SQLERRM);
	END $$;
	CREATE FUNCTION some_move(back integer) RETURNS bigint LANGUAGE sql
		RETURN coalesce((SELECT move_id FROM desk.stock_move ORDER BY move_id DESC OFFSET back LIMIT 1), (SELECT min(move_id) FROM desk.stock_move));
	CREATE FUNCTION some_ref(back integer) RETURNS bigint LANGUAGE sql
		RETURN CASE WHEN back > 0 THEN (SELECT greatest(last_value - back, 1) FROM ref) ELSE nextval('ref') END;
});

# The journal is written when the move is committed.
my %script = (
	(map { ($_->[0] => [ $_->[1], qq{
\\set seed random(1, 1000000000000)
SELECT try($_->[2], :seed, 0) AS outcome \\gset
INSERT INTO journal VALUES ($_->[2], :seed, :outcome);
} ]) } [ 'transfer', 20, 1 ], [ 'scrap', 15, 3 ], [ 'late_transfer', 6, 4 ], [ 'late_receipt', 2, 5 ], [ 'many', 10, 6 ], [ 'serial', 8, 7 ], [ 'regrade', 4, 9 ], [ 'wrong', 1, 10 ]),
	# not refused, so without PL/pgSQL and its subtransaction around it
	receipt => [ 5, q{
\set seed random(1, 1000000000000)
INSERT INTO desk.stock_move (purpose, part_no, quantity, from_location, to_location, note)
	SELECT purpose, part_no, quantity, from_location, to_location, note FROM rows_of(2, :seed) ORDER BY n;
INSERT INTO journal SELECT 2, :seed, count(*) FROM rows_of(2, :seed);
} ],
	retry => [ 12, q{
\set back random(-3, 12)
\set form random(0, 2)
\set other random(1, 12) / 12
SELECT some_ref(:back) AS ref \gset
\set seed 2 * :ref + :other
SELECT try(8, :seed, :form) AS outcome \gset
INSERT INTO journal VALUES (8, :seed, :outcome);
} ],
	reversal => [ 12, q{
\set back random_exponential(0, 1000, 20)
SELECT some_move(:back) AS id \gset
SELECT try_reversal(:id) AS outcome \gset
INSERT INTO reversal_journal VALUES (:id, :outcome);
} ],
	# division by zero if a balance is not the sum of its moves
	look => [ 1, q{
\set n random(1, 5)
SELECT 1 / (b.quantity = m.quantity)::integer
FROM desk.stock_balance b, (
	SELECT sum(CASE WHEN to_location = 'store_' || :n AND to_condition = 'good' THEN quantity ELSE 0 END)
		- sum(CASE WHEN from_location = 'store_' || :n AND from_condition = 'good' THEN quantity ELSE 0 END) AS quantity
	FROM desk.stock_move
	WHERE part_no = 'bolt' AND (to_location = 'store_' || :n OR from_location = 'store_' || :n)) m
WHERE location = 'store_' || :n AND part_no = 'bolt' AND condition = 'good';
} ]);

my @files;
foreach my $name (sort keys %script)
{
	my ($weight, $text) = @{ $script{$name} };
	PostgreSQL::Test::Utils::append_to_file("$dir/$name.sql", $text);
	push @files, "--file=$dir/$name.sql\@$weight";
}

foreach my $protocol ('simple', 'prepared')
{
	my ($out, $err) = run_command([ 'pgbench', '--no-vacuum', "--client=$CLIENTS", '--jobs=2', '--time=' . int(($SECONDS + 1) / 2),
		"--protocol=$protocol", '--random-seed=20260302', @files, $node->connstr('postgres') ]);

	unlike($err, qr/ERROR|aborted/, "$protocol: no error, no deadlock");
	like($out, qr/number of transactions actually processed: [1-9]/, "$protocol: transactions were processed");
}

# ---------- what was refused ----------

is($node->safe_psql('postgres', q{SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'}), '0', 'the server saw no deadlock');
my $log = PostgreSQL::Test::Utils::slurp_file($node->logfile);
unlike($log, qr/deadlock detected/, 'nor does its log speak of one');
is($node->safe_psql('postgres', 'SELECT code, message, count(*) FROM surprise GROUP BY 1, 2'), '', 'no other errors than refusals');

# By kind.  23505 is a retry, or a second reversal, at the same time as the
# first; 40001 a move of now that waited while others came, and is before them.
my %refusal = (
	1 => '40001 SV006', 2 => '', 3 => '40001 SV006', 4 => 'SV006', 5 => '', 6 => '40001 SV006', 7 => '40001 SV006',
	8 => '23505 40001 SV006 SV013', 9 => '40001 SV006', 10 => '23503 SV004 SV005 SV010', 'reversal' => '23505 40001 SV004 SV006');
my $word = q{CASE WHEN outcome > -100 THEN 'SV' || lpad((-outcome)::text, 3, '0') ELSE (-outcome)::text END};
my %seen = map { split /\|/, $_, 2 } split /\n/, $node->safe_psql('postgres', qq{
	SELECT kind, coalesce(string_agg(DISTINCT $word, ' ' ORDER BY $word) FILTER (WHERE outcome < 0), '')
	FROM (SELECT kind::text, outcome FROM journal UNION ALL SELECT 'reversal', outcome FROM reversal_journal) j GROUP BY 1});
foreach my $kind (sort keys %refusal)
{
	my @other = grep { my $code = $_; !grep { $_ eq $code } split / /, $refusal{$kind} } split / /, $seen{$kind};

	is("@other", '', "kind $kind: refused by the rules only");
	isnt($seen{$kind}, '', "kind $kind: some were refused") if $refusal{$kind} =~ /^(40001 )?SV006$/;
}
like($seen{8}, qr/^23505.*SV013/, 'retries: the same, and with other contents');
like($seen{reversal}, qr/SV004/, 'reversals: of what was reversed, or is a reversal');
is($seen{10}, $refusal{10}, 'what is wrong: all of it');
is($node->safe_psql('postgres', 'SELECT * FROM journal WHERE kind = 10 AND outcome >= 0'), '', 'what is wrong was never done');

# ---------- what was done ----------

ledger_ok($node, 'postgres', 'desk', 'after all');

my $asked = q{SELECT r.part_no, r.quantity, r.from_location, r.to_location, r.from_condition, r.to_condition, r.serial_no, r.purpose, r.note, r.external_ref
	FROM journal, rows_of(kind, seed) r WHERE outcome > 0};
my $made = q{SELECT part_no, quantity, from_location, to_location, from_condition, to_condition, serial_no, purpose, note, external_ref
	FROM desk.stock_move WHERE reversal_of IS NULL AND note <> 'opening'};
is($node->safe_psql('postgres', "$asked EXCEPT ALL $made"), '', 'every move that was acknowledged is there');
is($node->safe_psql('postgres', "$made EXCEPT ALL $asked"), '', 'and no other');
is($node->safe_psql('postgres', 'SELECT kind, seed FROM journal WHERE outcome > 0 AND outcome <> (SELECT count(*) FROM rows_of(kind, seed))'), '', 'a statement of many rows has made them all');
is($node->safe_psql('postgres', q{
		SELECT move_id FROM reversal_journal WHERE outcome = 1
		EXCEPT ALL SELECT reversal_of FROM desk.stock_move WHERE reversal_of IS NOT NULL}),
	'', 'every reversal that was acknowledged is there');
is($node->safe_psql('postgres', q{
		SELECT reversal_of FROM desk.stock_move WHERE reversal_of IS NOT NULL
		EXCEPT ALL SELECT move_id FROM reversal_journal WHERE outcome = 1}),
	'', 'and no other');
is($node->safe_psql('postgres', q{
		SELECT seed / 2, count(*) FILTER (WHERE outcome > 0) FROM journal WHERE kind = 8 GROUP BY 1
		HAVING count(*) FILTER (WHERE outcome > 0) > 1 OR (count(*) FILTER (WHERE outcome IN (0, -23505, -13)) > 0) > (count(*) FILTER (WHERE outcome > 0) > 0)}),
	'', 'an external_ref took effect once, and what was told to be there was');
is($node->safe_psql('postgres', q{
		SELECT o.seed FROM journal o JOIN journal d ON d.kind = 8 AND d.outcome > 0 AND d.seed = o.seed WHERE o.kind = 8 AND o.outcome = -13}),
	'', 'and none was refused for other contents that had the same');
is($node->safe_psql('postgres', q{
		SELECT b.location, b.part_no FROM desk.stock_balance b WHERE quantity < 0 OR (part_no <> 'cable' AND quantity % 1 <> 0)}),
	'', 'no balance is below zero, or a part of a piece');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM desk.stock_move WHERE happened_at < recorded_at - interval '1 s'}), '>', 10, 'moves were back-dated');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM desk.stock_move WHERE reversal_of IS NOT NULL}), '>', 10, 'moves were reversed');

# ---------- how it went ----------

note('rows of stock_move: ' . $node->safe_psql('postgres', 'SELECT count(*) FROM desk.stock_move') . " in $SECONDS s");
note("kind, outcome (rows, 0 skipped, or SQLSTATE), statements:\n" . $node->safe_psql('postgres', qq{
	SELECT kind, CASE WHEN outcome < 0 THEN $word WHEN outcome = 0 THEN '0' ELSE 'done' END, count(*)
	FROM (SELECT kind::text, outcome FROM journal UNION ALL SELECT 'reversal', outcome FROM reversal_journal) j GROUP BY 1, 2 ORDER BY 1, 2}));
note('retries with other contents that were not told so, since the first was not committed yet: ' . $node->safe_psql('postgres', q{
	SELECT count(*) FROM journal o JOIN journal d ON d.kind = 8 AND d.outcome > 0 AND d.seed / 2 = o.seed / 2 AND d.seed <> o.seed
	WHERE o.kind = 8 AND o.outcome IN (0, -23505)}));
my @waits = sort { $a <=> $b } $log =~ /acquired \w+ on .* after ([\d.]+) ms/g;
note(@waits ? sprintf('waits for a lock of more than 20 ms: %d, the longest %.0f ms', scalar @waits, $waits[-1]) : 'no wait for a lock took more than 20 ms');

$node->stop;
done_testing();
