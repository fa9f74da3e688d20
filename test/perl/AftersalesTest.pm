# What the TAP tests share: servers, a small policy, and comparing databases.
package AftersalesTest;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use Test::More;

our @EXPORT = qw(
  new_node run_ok sqlstate_of contents chains_ok
  small_policy small_desk second_version
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
