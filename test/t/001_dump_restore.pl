# A database with desks, policies and tickets is dumped and restored: plain
# SQL, custom format and directory, with --jobs, as superuser and as the
# owner of the desks, who is none.  Data, chains, freeze and enforcement are
# the same afterwards.
#
# As superuser nothing special is needed.  As an owner who is no superuser
# (with CREATE on the new database, where a superuser has run CREATE
# EXTENSION aftersales and grant_access(owner, 'admin')):
#
#   pg_dump --exclude-table-data=aftersales.guard_function -Fc -f FILE OLD
#   pg_restore --list FILE | grep -v -e ' COMMENT - EXTENSION ' -e ' ACL - SCHEMA aftersales ' \
#       -e ' ACL aftersales ' > LIST
#   pg_restore --exit-on-error --use-list=LIST [--jobs=N] -d NEW FILE
#   (or, for SQL: pg_restore --use-list=LIST -f SCRIPT FILE; psql -v ON_ERROR_STOP=1 -f SCRIPT NEW)
#
# The rows of guard_function are the superuser's to register again.  Without
# the list the restore does the same, with one error to be ignored (COMMENT
# ON EXTENSION) and a warning per grant that grant_access() has given already.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use AftersalesTest;

my $node = new_node('main');
my $dir = PostgreSQL::Test::Utils::tempdir();
my @owner_grep = (qr/ COMMENT - EXTENSION /, qr/ ACL - SCHEMA aftersales /, qr/ ACL aftersales /);
my @desks = ('desk', 'West Side');
my @schemas = ('aftersales', @desks);

# ---------- what is dumped ----------

run_ok($node, 'postgres', q{
	CREATE ROLE desk_owner LOGIN;
	CREATE ROLE app_user LOGIN;
	CREATE DATABASE source;
	GRANT CREATE ON DATABASE source TO desk_owner;
});
run_ok($node, 'source', q{
	CREATE EXTENSION aftersales;
	SELECT aftersales.grant_access('desk_owner', 'admin');
});
run_ok($node, 'source', q{
	CREATE SCHEMA rules;
	CREATE FUNCTION rules.is_tall(floors bigint) RETURNS boolean LANGUAGE sql IMMUTABLE RETURN floors > 5;
}, 'desk_owner');
run_ok($node, 'source', q{INSERT INTO aftersales.guard_function VALUES ('rules.is_tall(bigint)')});

# a policy with a retired, an active and a draft version, one that ships,
# a clause; two desks, one with a name that needs quotes and a column of its own
run_ok($node, 'source', small_desk() . small_desk('West Side') . small_policy() . second_version() . small_stock() . q{
	INSERT INTO aftersales.clause (clause, policy, text_en, mechanism, enforceable)
		VALUES ('SM-1', 'small', 'High houses need a plan', 'required-field', true);
	INSERT INTO aftersales.workflow_guard (policy, version, from_state, to_state, guard, requires, message_en, clauses)
		VALUES ('small', 2, 'fresh', 'work', 'low', 'NOT rules.is_tall(floors)', 'too high', '{SM-1}');
	SELECT aftersales.install_policy('power_hotline');
	SELECT aftersales.install_calendar('cn');
	SELECT aftersales.load_calendar_days('cn', '[{"day": "2027-01-01", "is_working": false}]');
	ALTER TABLE desk.ticket ADD COLUMN building text;
	CREATE INDEX ticket_building_idx ON desk.ticket (building);
	INSERT INTO desk.org_unit (org_code) VALUES ('north');
	INSERT INTO desk.staff (login, org_id) VALUES ('agent_1', 1), ('agent_2', 1);
	INSERT INTO desk.staff_role VALUES ('agent_1', 'agent');
	INSERT INTO desk.application (db_user) VALUES ('app_user');
	INSERT INTO desk.customer (customer_no, area, tier) VALUES ('C1', 'north', 'gold');
	INSERT INTO desk.contract (contract_no, customer_id, starts_on) VALUES ('K1', 1, '2026-01-01');
	INSERT INTO desk.product_unit (policy, serial_no, customer_id, invoice_date) SELECT 'small', 'S' || g, 1, date '2026-03-01' - 100 * g FROM generate_series(1, 6) g;
	INSERT INTO desk.contract_unit (contract_id, unit_id, starts_on) SELECT 1, unit_id, '2026-01-01' FROM desk.product_unit;
	INSERT INTO desk.unit_part (unit_id, component, installed_on, is_replacement) VALUES (1, 'wheel', '2026-02-01', true);
}, 'desk_owner');
run_ok($node, 'source', q{
	SET aftersales.now = '2026-03-02 08:00+00';
	INSERT INTO desk.ticket (ticket_type, building, org_id, assignee, note, attributes)
		SELECT 'job', 'house ' || g, 1, 'agent_1', 'opened', jsonb_build_object('urgent', g % 2 = 0, 'price', g)
		FROM generate_series(1, 20) g;
	INSERT INTO desk.ticket (ticket_id, ticket_type, unit_id, fault_at, component) SELECT 100 + g, 'job', g, '2026-03-01 12:00+00', 'door' FROM generate_series(1, 6) g;
	SET aftersales.now = '2026-03-02 08:30+00';
	UPDATE desk.ticket SET fault_cause = CASE unit_id WHEN 2 THEN 'user' ELSE 'product' END WHERE unit_id IS NOT NULL;
	UPDATE desk.ticket SET status = 'work', note = 'on the way' WHERE ticket_id <= 10;
	INSERT INTO desk.ticket_event (ticket_id, event, note, data, external_ref)
		SELECT g, 'visited', 'umlaut: äöü 维修', '{"a": 1.50, "b": "\\u0041"}', 'x' || g FROM generate_series(1, 8) g;
	INSERT INTO desk.price_list (policy, list, valid) VALUES ('small', 'fees', '[2026-01-01,2027-01-01)'), ('small', 'fees', '[2027-01-01,)');
	INSERT INTO desk.price (price_list_id, item, unit_price) VALUES (1, 'fee', 50), (2, 'fee', 55);
	INSERT INTO desk.charge (ticket_id, rule, external_ref) SELECT g, 'fee', 'c' || g FROM generate_series(1, 4) g;
	INSERT INTO desk.payment (charge_id, amount) VALUES (1, 50), (2, 20);
	INSERT INTO desk.charge (credit_of, amount) VALUES (2, -10);
	INSERT INTO desk.delay_excuse (ticket_id, clock, starts_on, ends_on, cause) VALUES (1, 'fix', '2026-03-02', '2026-03-03', 'gale');
	UPDATE desk.ticket SET duplicate_of = 12, attributes = attributes || '{"colour": "red"}' WHERE ticket_id = 13;
	UPDATE desk.ticket SET status = 'done' WHERE ticket_id <= 5;
	} . small_moves(101) . q{
	SET aftersales.now = '2026-03-02 12:00+00';
	UPDATE desk.ticket SET status = 'done' WHERE ticket_id IN (6, 7);
	SELECT aftersales.sweep(desk => 'desk', max_tickets => 3);
	INSERT INTO "West Side".ticket (ticket_type) VALUES ('job');
	SELECT aftersales.activate_policy('small', 2);
	SELECT aftersales.draft_policy('small');
	RESET aftersales.now;
	INSERT INTO desk.ticket (ticket_type, attributes) VALUES ('job', '{"floors": 7}'), ('job', '{"floors": 2}');
	INSERT INTO desk.ticket (policy, ticket_type, area, category, happened_at)
		VALUES ('power_hotline', 'fault', 'urban', 'line_fault', now() - interval '1 hour');
});
chains_ok($node, 'source', $_, 'before') foreach @desks;
ledger_ok($node, 'source', 'desk', 'before');
cmp_ok($node->safe_psql('source', 'SELECT count(*) FROM desk.sla_breach'), '>', 3, 'there are breaches');
cmp_ok($node->safe_psql('source', 'SELECT count(*) FROM desk.event_private'), '>', 20, 'there are private rows');
is($node->safe_psql('source', q{SELECT (SELECT count(*) FROM desk.stock_move), (SELECT count(*) FROM desk.stock_balance), (SELECT count(*) FROM desk.stock_serial),
		(SELECT count(*) FROM desk.part_exchange), (SELECT count(*) FROM desk.stock_slip_line), (SELECT count(*) FROM desk.stock_count_line), (SELECT count(*) FROM desk.unit_part)}),
	'11|9|3|1|1|2|3', 'there is a ledger');

my $before = contents($node, 'source', @schemas);
like($before, qr{== desk.event_private\n.*维修}s, "the comparison sees what it should") or BAIL_OUT("nothing is compared");

# ---------- dumps ----------

sub connection
{
	my ($db, $user) = @_;
	return '--dbname=' . $node->connstr($db) . ($user ? " user=$user" : '');
}

# No warning either: a dump is to be silent.
sub dump_ok
{
	my ($what, $user, @options) = @_;
	my ($out, $err) = run_command([ 'pg_dump', @options, connection('source', $user) ]);

	is($err, '', "$what: pg_dump is silent");
}

sub new_database
{
	my ($db, $user) = @_;

	run_ok($node, 'postgres', "CREATE DATABASE $db");
	return if !$user;
	run_ok($node, 'postgres', "GRANT CREATE ON DATABASE $db TO $user");
	run_ok($node, $db, "CREATE EXTENSION aftersales; SELECT aftersales.grant_access('$user', 'admin')");
}

# The owner's list of what to restore.
sub owner_list
{
	my ($archive) = @_;
	my ($toc) = run_command([ 'pg_restore', '--list', $archive ]);

	foreach my $re (@owner_grep)
	{
		$toc = join("\n", grep { !/$re/ } split /\n/, $toc);
	}
	PostgreSQL::Test::Utils::append_to_file("$archive.list", "$toc\n");
	return "--use-list=$archive.list";
}

my @no_functions = ('--exclude-table-data=aftersales.guard_function');

dump_ok('superuser, SQL', undef, "--file=$dir/super.sql");
dump_ok('superuser, custom', undef, '-Fc', "--file=$dir/super.dump");
dump_ok('superuser, directory', undef, '-Fd', '--jobs=2', "--file=$dir/super.dir");
dump_ok('owner, custom', 'desk_owner', @no_functions, '-Fc', "--file=$dir/owner.dump");
dump_ok('owner, directory', 'desk_owner', @no_functions, '-Fd', '--jobs=2', "--file=$dir/owner.dir");

# ---------- restored ----------

# What must hold in a restored database.
sub check_database
{
	my ($what, $db, $user) = @_;
	my $registered = $user ? "INSERT INTO aftersales.guard_function VALUES ('rules.is_tall(bigint)')" : 'SELECT 1';

	run_ok($node, $db, $registered);
	ok(contents($node, $db, @schemas) eq $before, "$what: all tables have the same rows");
	chains_ok($node, $db, $_, $what) foreach @desks;
	is($node->safe_psql($db, 'SELECT desk, owner FROM aftersales.desk ORDER BY desk'),
		"West Side|desk_owner\ndesk|desk_owner", "$what: the desks are known and have their owner");
	is($node->safe_psql($db, q{SELECT problem FROM aftersales.check_policy('small', 2) WHERE severity = 'error'}), '',
		"$what: the policy is sound");

	# dumped again, the policy tables are the same
	my @again = ('pg_dump', '--data-only', '--table=aftersales.*');
	my ($first) = run_command([ @again, connection('source') ]);
	my ($second) = run_command([ @again, connection($db) ]);
	s/^--.*\n|^\\(un)?restrict .*\n//mg foreach $first, $second;
	ok($first eq $second && $first =~ /COPY aftersales.workflow_guard/, "$what: a second dump has the same policies");

	# enforcement goes on
	is(sqlstate_of($node, $db, q{UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 8 RETURNING status}, 'desk_owner'),
		'00000 done', "$what: a legal move, its event counted from before");
	is(sqlstate_of($node, $db, q{UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 9}, 'desk_owner'),
		'SV002', "$what: a move whose guard is not met");
	is(sqlstate_of($node, $db, q{UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 14}, 'desk_owner'),
		'SV001', "$what: a move that there is not");
	is(sqlstate_of($node, $db, q{UPDATE desk.ticket SET status = 'work' WHERE ticket_id = 21}, 'desk_owner'),
		'SV002', "$what: a guard with a registered function, not met");
	is(sqlstate_of($node, $db, q{UPDATE desk.ticket SET status = 'work' WHERE ticket_id = 22 RETURNING policy_version}, 'desk_owner'),
		'00000 2', "$what: the same, met");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.ticket (ticket_type, ticket_id) VALUES ('job', DEFAULT)
			RETURNING ticket_id, status, (SELECT max(ticket_id) FROM desk.ticket)}, 'desk_owner'),
		'00000 24|fresh|106', "$what: the next ticket has the next id and the active version");
	is(sqlstate_of($node, $db, q{DELETE FROM desk.ticket_event}, 'desk_owner'), 'SV004', "$what: events are append-only");
	is(sqlstate_of($node, $db, q{UPDATE desk.sla_clock SET due_at = now()}, 'desk_owner'), 'SV004', "$what: clocks are protected");
	is(sqlstate_of($node, $db, q{INSERT INTO "West Side".ticket_event (ticket_id, event) VALUES (1, 'called') RETURNING seq}, 'desk_owner'),
		'00000 2', "$what: the other desk goes on");

	# what is charged and paid goes on, too
	is(sqlstate_of($node, $db, q{SELECT quantity, amount, charged_quantity FROM aftersales.quote(5, 'desk')}, 'desk_owner'),
		'00000 1|50.00|0', "$what: a quote");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.payment (charge_id, amount) VALUES (2, 20.01)}, 'desk_owner'),
		'SV009', "$what: a payment of more than is open");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.payment (charge_id) VALUES (2) RETURNING amount}, 'desk_owner'),
		'00000 20.00', "$what: and of what is");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.charge (ticket_id, rule) VALUES (1, 'fee')}, 'desk_owner'),
		'SV009', "$what: nothing is charged twice");
	is(sqlstate_of($node, $db, q{UPDATE desk.price SET unit_price = 1 WHERE price_id = 1}, 'desk_owner'),
		'SV004', "$what: a cited price is fixed");

	# and so does the ledger
	ledger_ok($node, $db, 'desk', $what);
	my $retry = q{INSERT INTO desk.stock_move (purpose, part_no, quantity, from_location, to_location, external_ref) VALUES ('receipt', 'bolt', %d, 'maker', 'store_1', 'm1')};
	is(sqlstate_of($node, $db, sprintf($retry, 10) . ' ON CONFLICT (external_ref) DO NOTHING RETURNING move_id', 'desk_owner'), '00000 ', "$what: a retry is skipped");
	is(sqlstate_of($node, $db, sprintf($retry, 11), 'desk_owner'), 'SV013', "$what: and must be the same move");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location) VALUES ('bolt', 7, 'store_1', 'store_2')}, 'desk_owner'),
		'SV006', "$what: a move of more than there is");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location) VALUES ('bolt', 6, 'store_1', 'store_2')
			RETURNING move_id > (SELECT max(move_id) FROM desk.stock_move)}, 'desk_owner'),
		'00000 t', "$what: and of all there is");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.stock_move (part_no, serial_no, from_location, to_location) VALUES ('board', 'S1', 'store_1', 'store_2')}, 'desk_owner'),
		'SV006', "$what: a piece is where it was");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.stock_move (reversal_of) SELECT move_id FROM desk.stock_move WHERE external_ref = 'm2'}, 'desk_owner'),
		'SV004', "$what: nothing is reversed twice");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.stock_move (purpose, part_no, from_location, to_location, happened_at) VALUES ('receipt', 'bolt', 'maker', 'store_3', '2026-03-02 08:20+00')}, 'desk_owner'),
		'SV005', "$what: what was counted stays");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.stock_move (ticket_id, purpose, part_no, serial_no, from_location, to_location)
			VALUES (101, 'return_defective', 'board', 'OLD', 'engineer_1', 'store_2');
			SELECT event, (SELECT balanced_at IS NOT NULL FROM desk.part_exchange) FROM desk.ticket_event WHERE ticket_id = 101 ORDER BY seq DESC LIMIT 1}, 'desk_owner'),
		'00000 stock:balanced|t', "$what: a hand-out is brought to its end");
	is(sqlstate_of($node, $db, qq{UPDATE desk.$_ SET quantity = 5}, 'desk_owner'), 'SV004', "$what: $_ is protected") foreach 'stock_move', 'stock_balance', 'part_exchange';
	ledger_ok($node, $db, 'desk', "$what, written on");

	# policies are frozen, drafts are not
	is(sqlstate_of($node, $db, q{DELETE FROM aftersales.workflow_guard WHERE policy = 'small' AND version = 2}, 'desk_owner'),
		'SV004', "$what: an active version is frozen");
	is(sqlstate_of($node, $db, q{INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
			VALUES ('small', 1, 'cancelled', 'new')}, 'desk_owner'),
		'SV004', "$what: a retired one too");
	is(sqlstate_of($node, $db, q{INSERT INTO aftersales.workflow_transition (policy, version, from_state, to_state)
			VALUES ('small', 3, 'cancelled', 'fresh'); SELECT aftersales.activate_policy('small', 3)}, 'desk_owner'),
		'00000 ', "$what: the draft can be edited and activated");
	is(sqlstate_of($node, $db, q{INSERT INTO desk.ticket (ticket_type) VALUES ('job') RETURNING policy_version}, 'desk_owner'),
		'00000 3', "$what: which is in force then");
	cmp_ok(run_ok($node, $db, 'SELECT rows FROM aftersales.sweep(desk => $$desk$$)', 'desk_owner'), '>', 2,
		"$what: what was not swept is still due");
	chains_ok($node, $db, $_, "$what, written on") foreach @desks;
}

sub restore_ok
{
	my ($what, @command) = @_;
	my ($out, $err) = run_command([@command]);

	unlike($err, qr/error|warning/i, "$what: restored without error or warning");
}

new_database('super_sql');
restore_ok('superuser, SQL', 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/super.sql", connection('super_sql'));
check_database('superuser, SQL', 'super_sql');

new_database('super_custom');
restore_ok('superuser, custom, jobs', 'pg_restore', '--exit-on-error', '--jobs=2', connection('super_custom'), "$dir/super.dump");
check_database('superuser, custom, jobs', 'super_custom');

new_database('super_dir');
restore_ok('superuser, directory, jobs', 'pg_restore', '--exit-on-error', '--jobs=3', connection('super_dir'), "$dir/super.dir");
check_database('superuser, directory, jobs', 'super_dir');

my $list = owner_list("$dir/owner.dump");
new_database('owner_sql', 'desk_owner');
restore_ok('owner, SQL', 'pg_restore', $list, '-f', "$dir/owner.sql", "$dir/owner.dump");
restore_ok('owner, SQL', 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/owner.sql", connection('owner_sql', 'desk_owner'));
check_database('owner, SQL', 'owner_sql', 'desk_owner');

new_database('owner_custom', 'desk_owner');
restore_ok('owner, custom, jobs', 'pg_restore', '--exit-on-error', $list, '--jobs=2', connection('owner_custom', 'desk_owner'), "$dir/owner.dump");
check_database('owner, custom, jobs', 'owner_custom', 'desk_owner');

new_database('owner_dir', 'desk_owner');
restore_ok('owner, directory, jobs', 'pg_restore', '--exit-on-error', owner_list("$dir/owner.dir"), '--jobs=3', connection('owner_dir', 'desk_owner'), "$dir/owner.dir");
check_database('owner, directory, jobs', 'owner_dir', 'desk_owner');

$node->stop;
done_testing();
