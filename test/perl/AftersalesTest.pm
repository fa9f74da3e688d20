# What the TAP tests share: servers, a small policy, and comparing databases.
package AftersalesTest;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use Test::More;

our @EXPORT = qw(
  new_node run_ok sqlstate_of contents chains_ok ledger_ok
  small_policy small_desk second_version small_stock small_moves
);

# new_node(NAME, SETTING…): a server that has been started.
sub new_node
{
	my ($name, @settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf',
		join("\n", "timezone = 'UTC'", "lc_messages = 'C'", "jit = off", "log_statement = none", "max_connections = 30", @settings) . "\n");
	$node->start;
	return $node;
}

sub conn
{
	my ($node, $db, $user) = @_;
	return $node->connstr($db) . ($user ? " user=$user" : '');
}

# run_ok(NODE, DB, SQL[, USER]): run it, die with the server's words if it
# fails; returns the output.
sub run_ok
{
	my ($node, $db, $sql, $user) = @_;
	my ($rc, $out, $err) =
	  $node->psql($db, $sql, connstr => conn($node, $db, $user), on_error_stop => 1);

	die "in $db:\n$sql\n$err" if $rc != 0;
	return $out;
}

# sqlstate_of(NODE, DB, SQL[, USER]): the SQLSTATE it fails with, '00000' if
# it does not, followed by the output.
sub sqlstate_of
{
	my ($node, $db, $sql, $user) = @_;
	my ($rc, $out, $err) = $node->psql($db, "\\set VERBOSITY sqlstate\n$sql",
		connstr => conn($node, $db, $user), on_error_stop => 0);

	return $1 if $err =~ /ERROR:\s+(\w{5})/;
	return $err =~ /\S/ ? $err : "00000 $out";
}

# contents(NODE, DB, SCHEMA…): every row of every table there, as one text.
sub contents
{
	my ($node, $db, @schemas) = @_;
	my $in = join(', ', map { "'$_'" } @schemas);
	my $tables = $node->safe_psql($db, qq{
		SELECT c.oid::regclass, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname IN ($in)) AND c.relkind = 'r'
		GROUP BY c.oid ORDER BY c.oid::regclass::text});
	my $sql = "SET search_path = pg_catalog;\n";

	foreach my $line (split /\n/, $tables)
	{
		my ($table, $columns) = split /\|/, $line;
		$sql .= "\\echo == $table\nCOPY (SELECT $columns FROM $table t ORDER BY t::text) TO STDOUT;\n";
	}
	return $node->safe_psql($db, $sql);
}

# chains_ok(NODE, DB, DESK, WHAT): the audit chains of the desk hold.
sub chains_ok
{
	my ($node, $db, $desk, $what) = @_;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($node->safe_psql($db, "SELECT * FROM aftersales.verify_audit(NULL, '$desk')"), '',
		"$what: verify_audit() of $desk is empty");
}

# What the balances, serial numbers and reversals of desk @ must be by its
# moves, worked out without any function of the extension: a row a problem.
my $ledger_problems = q{
	WITH side AS (
		SELECT move_id, happened_at, from_location AS location, part_no, from_condition AS condition, owner, serial_no, -quantity AS delta FROM @.stock_move
		UNION ALL
		SELECT move_id, happened_at, to_location, part_no, to_condition, owner, serial_no, quantity FROM @.stock_move),
	there AS MATERIALIZED (SELECT s.* FROM side s JOIN @.stock_location USING (location) JOIN @.location_kind USING (kind) WHERE physical),
	total AS (SELECT location, part_no, condition, owner, sum(delta) AS quantity, max(happened_at) AS last_at FROM there GROUP BY 1, 2, 3, 4),
	run AS (SELECT location, part_no, condition, owner, happened_at,
			sum(delta) OVER (PARTITION BY location, part_no, condition, owner ORDER BY happened_at) AS quantity FROM there),
	piece AS (SELECT part_no, serial_no, location, condition, owner, sum(delta) AS quantity FROM there
		WHERE serial_no IS NOT NULL GROUP BY 1, 2, 3, 4, 5 HAVING sum(delta) <> 0),
	step AS (SELECT part_no, serial_no, count(*) AS moves, max(happened_at) AS last_at FROM @.stock_move WHERE serial_no IS NOT NULL GROUP BY 1, 2)
	SELECT 'balance', concat_ws('/', location, part_no, condition, owner), concat(t.quantity, ' by its moves, ', b.quantity, ' kept')
	FROM total t FULL JOIN @.stock_balance b USING (location, part_no, condition, owner)
	WHERE t.quantity IS DISTINCT FROM b.quantity AND (t.quantity IS NOT NULL OR b.quantity <> 0)
	UNION ALL
	SELECT 'last_at', concat_ws('/', location, part_no, condition, owner), concat(t.last_at, ' by its moves, ', b.last_at, ' kept')
	FROM total t JOIN @.stock_balance b USING (location, part_no, condition, owner) WHERE b.last_at < t.last_at
	UNION ALL
	SELECT 'below zero', concat_ws('/', location, part_no, condition, owner), concat(quantity, ' at ', happened_at) FROM run WHERE quantity < 0
	UNION ALL
	SELECT 'serial', concat_ws('/', part_no, serial_no), concat('at ', s.location, ' kept, ', p.quantity, ' at ', p.location, ' by its moves')
	FROM (SELECT s.* FROM @.stock_serial s JOIN @.stock_location USING (location) JOIN @.location_kind USING (kind) WHERE physical) s
	FULL JOIN piece p USING (part_no, serial_no)
	WHERE (s.location, s.condition, s.owner, 1) IS DISTINCT FROM (p.location, p.condition, p.owner, p.quantity)
	UNION ALL
	SELECT 'moves of a serial', concat_ws('/', part_no, serial_no), concat(t.moves, ' there, ', s.moves, ' kept')
	FROM step t FULL JOIN @.stock_serial s USING (part_no, serial_no) WHERE (t.moves, t.last_at) IS DISTINCT FROM (s.moves, s.last_at)
	UNION ALL
	SELECT 'reversal', r.move_id::text, 'does not mirror ' || o.move_id
	FROM @.stock_move r JOIN @.stock_move o ON o.move_id = r.reversal_of
	WHERE (r.part_no, r.owner, r.quantity, r.serial_no, r.ticket_id, r.purpose, r.exchange_id, r.from_location, r.to_location, r.from_condition, r.to_condition)
		IS DISTINCT FROM (o.part_no, o.owner, o.quantity, o.serial_no, o.ticket_id, o.purpose, o.exchange_id, o.to_location, o.from_location, o.to_condition, o.from_condition)
		OR o.reversal_of IS NOT NULL
	UNION ALL
	SELECT 'in and out', coalesce(m.part_no, b.part_no), concat(m.quantity, ' came in and did not go out, ', b.quantity, ' kept')
	FROM (SELECT part_no, sum(CASE WHEN NOT f.physical THEN quantity ELSE 0 END) - sum(CASE WHEN NOT t.physical THEN quantity ELSE 0 END) AS quantity
		FROM @.stock_move m
		JOIN (SELECT location, physical FROM @.stock_location JOIN @.location_kind USING (kind)) f ON f.location = m.from_location
		JOIN (SELECT location, physical FROM @.stock_location JOIN @.location_kind USING (kind)) t ON t.location = m.to_location
		GROUP BY 1) m
	FULL JOIN (SELECT part_no, sum(quantity) AS quantity FROM @.stock_balance GROUP BY 1) b USING (part_no)
	WHERE coalesce(m.quantity, 0) <> coalesce(b.quantity, 0)
	ORDER BY 1, 2, 3};

# ledger_ok(NODE, DB, DESK, WHAT): what is kept of the desk's ledger follows
# from its moves: by the tests' own reckoning, and by verify_ledger().
sub ledger_ok
{
	my ($node, $db, $desk, $what) = @_;
	my $sql = $ledger_problems =~ s/\@/"$desk"/gr;

	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($node->safe_psql($db, $sql), '', "$what: the ledger of $desk follows from its moves");
	is($node->safe_psql($db, "SELECT * FROM aftersales.verify_ledger(NULL, '$desk')"), '', "$what: verify_ledger() of $desk is empty");
}

# A policy "small": new -> work -> done, new -> cancelled; the guard of the
# last step counts an event; one clock of an hour; a year's warranty.
sub small_policy
{
	my ($policy) = @_;
	$policy = 'small' unless defined $policy;
	return qq{
		INSERT INTO aftersales.policy (policy, title_en) VALUES ('$policy', 'A small policy');
		INSERT INTO aftersales.ticket_type (policy, version, ticket_type) VALUES ('$policy', 1, 'job');
		INSERT INTO aftersales.attribute (policy, version, attribute, data_type, allowed) VALUES
			('$policy', 1, 'floors', 'integer', NULL), ('$policy', 1, 'urgent', 'boolean', NULL),
			('$policy', 1, 'colour', 'text', '{red,green}'), ('$policy', 1, 'price', 'numeric', NULL),
			('$policy', 1, 'agreed_on', 'date', NULL), ('$policy', 1, 'promised_at', 'timestamptz', NULL);
		INSERT INTO aftersales.event_type (policy, version, event) VALUES ('$policy', 1, 'called'), ('$policy', 1, 'visited');
		INSERT INTO aftersales.workflow_state (policy, version, state, kind) VALUES
			('$policy', 1, 'new', 'initial'), ('$policy', 1, 'work', 'active'),
			('$policy', 1, 'done', 'done'), ('$policy', 1, 'cancelled', 'closed');
		INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES
			('$policy', 1, 'new', 'work'), ('$policy', 1, 'work', 'done'), ('$policy', 1, 'new', 'cancelled'),
			('$policy', 1, 'done', 'work');
		INSERT INTO aftersales.workflow_guard (policy, version, from_state, to_state, guard, requires, message_en) VALUES
			('$policy', 1, 'work', 'done', 'visited', 'has_event(''visited'')', 'somebody must have been there');
		INSERT INTO aftersales.sla_rule (policy, version, rule, clock, condition, starts_on, stops_on, cancels_on, target) VALUES
			('$policy', 1, 'fix', 'fix', NULL, '{opened,status:work}', '{status:done}', '{status:cancelled}', '01:00'),
			('$policy', 1, 'hurry', 'hurry', 'urgent', '{opened}', '{status:work}', '{status:cancelled}', '00:10');
		INSERT INTO aftersales.warranty_term (policy, version, rule, covers, term) VALUES ('$policy', 1, 'year', '{parts,labour}', '1 year');
		INSERT INTO aftersales.exclusion (policy, version, rule, fault_cause, warranty_class) VALUES ('$policy', 1, 'user', 'user', 'out_user');
		INSERT INTO aftersales.remedy_window (policy, version, rule, condition, to_day, remedies) VALUES
			('$policy', 1, 'week', 'component <> ''wheel''', 7, '{exchange}');
		INSERT INTO aftersales.charge_rule (policy, version, rule, kind, per, event, amount, price_list, payer) VALUES
			('$policy', 1, 'fee', 'visit', 'event', 'visited', NULL, 'fees', 'customer');
		SELECT aftersales.activate_policy('$policy', 1);
	};
}

sub small_desk
{
	my ($desk) = @_;
	$desk = 'desk' unless defined $desk;
	return "SELECT aftersales.create_desk('$desk');";
}

# Parts and places: three stores, an engineer, and what they deal with.
sub small_stock
{
	my ($desk) = @_;
	$desk = 'desk' unless defined $desk;
	return qq{
		INSERT INTO "$desk".part (part_no, exchange, decimals, is_serialised) VALUES
			('bolt', 'consumable', 0, false), ('cable', 'consumable', 2, false), ('board', 'one_for_one', 0, true), ('fan', 'one_for_one', 0, false);
		INSERT INTO "$desk".stock_location (location, kind) VALUES ('store_1', 'store'), ('store_2', 'store'), ('store_3', 'store'),
			('engineer_1', 'engineer'), ('maker', 'supplier'), ('machines', 'installed'), ('bin', 'scrapped'), ('gone', 'lost'), ('found', 'adjustment');
	};
}

# Moves of every sort between them: some for a ticket, by which a hand-out is
# outstanding; a slip that nobody has signed, and a count that is frozen.
sub small_moves
{
	my ($ticket, $desk) = @_;
	$desk = 'desk' unless defined $desk;
	return qq{
		INSERT INTO "$desk".stock_move (purpose, part_no, quantity, from_location, to_location, external_ref) VALUES
			('receipt', 'bolt', 10, 'maker', 'store_1', 'm1'), ('receipt', 'cable', 2.5, 'maker', 'store_1', 'm2'), ('receipt', 'bolt', 3, 'maker', 'store_3', 'm3');
		INSERT INTO "$desk".stock_move (purpose, part_no, serial_no, owner, from_location, to_location) VALUES
			('receipt', 'board', 'S1', 'own', 'maker', 'store_1'), ('receipt', 'board', 'S2', 'lender', 'maker', 'store_1');
		INSERT INTO "$desk".stock_move (part_no, quantity, from_location, to_location, to_condition) VALUES ('bolt', 4, 'store_1', 'store_2', 'good'), ('bolt', 1, 'store_2', 'store_3', 'scrap');
		INSERT INTO "$desk".stock_move (reversal_of, external_ref) SELECT move_id, 'm4' FROM "$desk".stock_move WHERE external_ref = 'm2';
		INSERT INTO "$desk".stock_move (ticket_id, purpose, part_no, serial_no, from_location, to_location) VALUES
			($ticket, 'issue', 'board', 'S1', 'store_1', 'engineer_1'), ($ticket, 'install', 'board', 'S1', 'engineer_1', 'machines'),
			($ticket, 'remove', 'board', 'OLD', 'machines', 'engineer_1');
		INSERT INTO "$desk".stock_slip (policy, kind, number, from_location, to_location) VALUES ('small', 'issue', 'I-1', 'store_1', 'store_2');
		INSERT INTO "$desk".stock_slip_line (slip_id, line_no, part_no) SELECT slip_id, 1, 'bolt' FROM "$desk".stock_slip;
		INSERT INTO "$desk".stock_count (policy, location, due_on) VALUES ('small', 'store_3', '2026-03-01');
		UPDATE "$desk".stock_count SET frozen_at = aftersales.now();
	};
}

# A second version, in which tickets open in another state.
sub second_version
{
	my ($policy) = @_;
	$policy = 'small' unless defined $policy;
	return qq{
		SELECT aftersales.draft_policy('$policy');
		INSERT INTO aftersales.workflow_state (policy, version, state, kind, position) VALUES ('$policy', 2, 'fresh', 'initial', -1);
		INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state) VALUES ('$policy', 2, 'fresh', 'work');
	};
}

1;
