# Calendars where there is more than one backend: sessions that stay see a
# change at once, on a hot standby and by logical replication too; parallel
# workers answer as the leader does; two changes at once are two revisions.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use Test::More;

use AftersalesTest;

my $primary = new_node('primary');
my $subscriber = new_node('subscriber');
my @tables = map { "aftersales.$_" } qw(calendar calendar_hours calendar_day calendar_revision calendar_history);

run_ok($primary, 'postgres', q{CREATE EXTENSION aftersales;
	SELECT aftersales.install_calendar('cn');
	INSERT INTO aftersales.calendar (calendar, timezone, holidays_from) VALUES ('shop', 'Asia/Shanghai', 'cn');
	INSERT INTO aftersales.calendar_hours (calendar, weekday, opens, closes) SELECT 'shop', d, '09:00', '18:00' FROM generate_series(1, 7) d;
	CREATE TABLE start AS SELECT '2026-01-01 00:00+08'::timestamptz + i * interval '13 minutes' AS at FROM generate_series(1, 40000) i;
	ANALYZE start});

# the same in every database: how a week is open, and by which revision
my $week = q{SELECT aftersales.working_time_between('2027-03-01 00:00+08', '2027-03-08 00:00+08', 'cn'),
	aftersales.working_time_between('2027-03-01 00:00+08', '2027-03-08 00:00+08', 'shop'),
	(SELECT revision FROM aftersales.calendar WHERE calendar = 'shop')};
sub load_day { return qq{SELECT aftersales.load_calendar_days('cn', '[{"day": "2027-03-$_[0]", "is_working": false}]')} }

# ---------- parallel workers ----------

my $parallel = q{SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 2;};
my $sums = q{SELECT count(*), sum(extract(epoch FROM aftersales.add_working_time(at, '9:17', 'shop'))),
	sum(extract(epoch FROM aftersales.add_working_days(at, 3, 'cn'))), count(*) FILTER (WHERE aftersales.is_working_time(at, 'cn')) FROM start};
like(run_ok($primary, 'postgres', "$parallel EXPLAIN (costs off) $sums"), qr/Parallel Seq Scan/, 'workers take part');
my $alone = run_ok($primary, 'postgres', "SET max_parallel_workers_per_gather = 0; $sums");
is(run_ok($primary, 'postgres', "$parallel $sums"), $alone, 'and count as the leader does alone');

my $session = $primary->background_psql('postgres');
$session->query("$parallel SELECT 1");
is($session->query($sums), $alone, 'a session that stays');
run_ok($primary, 'postgres', q{UPDATE aftersales.calendar_hours SET opens = '10:00' WHERE calendar = 'shop'});
my $changed = run_ok($primary, 'postgres', "SET max_parallel_workers_per_gather = 0; $sums");
isnt($changed, $alone, 'the change counts');
is($session->query($sums), $changed, "in the session's workers too");
$session->query(q{BEGIN ISOLATION LEVEL REPEATABLE READ});
is($session->query($sums), $changed, 'a transaction under an old snapshot');
$session->query('COMMIT; BEGIN');
is($session->query(q{UPDATE aftersales.calendar_hours SET opens = '09:00' WHERE calendar = 'shop'; SET LOCAL max_parallel_workers_per_gather = 0; } . $sums), $alone, 'own changes count');
is($session->query(q{SET LOCAL max_parallel_workers_per_gather = 2; } . $sums), $alone, 'for own workers too');
$session->query('ROLLBACK');
is($session->query("$parallel $sums"), $changed, 'and do not after ROLLBACK');

# ---------- hot standby, logical replication ----------

$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
run_ok($subscriber, 'postgres', 'CREATE EXTENSION aftersales');
run_ok($primary, 'postgres', 'CREATE PUBLICATION c FOR TABLE ' . join(', ', @tables));
run_ok($subscriber, 'postgres', q{CREATE SUBSCRIPTION c CONNECTION '} . $primary->connstr . q{ dbname=postgres' PUBLICATION c});
$subscriber->wait_for_subscription_sync($primary, 'c');
$primary->wait_for_catchup($standby);

my %at = (standby => $standby->background_psql('postgres'), subscriber => $subscriber->background_psql('postgres'));
is($at{$_}->query($week), '37:30:00|56:00:00|3', "$_: as on the primary") foreach sort keys %at;
run_ok($primary, 'postgres', load_day('02'));
$primary->wait_for_catchup($standby);
$primary->wait_for_catchup('c');
is($primary->safe_psql('postgres', $week), '30:00:00|48:00:00|4', 'a holiday more');
is($at{$_}->query($week), '30:00:00|48:00:00|4', "$_: the session sees it") foreach sort keys %at;
run_ok($primary, 'postgres', q{DELETE FROM aftersales.calendar_day WHERE calendar = 'cn' AND day = '2027-03-02'});
$primary->wait_for_catchup($standby);
$primary->wait_for_catchup('c');
is($at{$_}->query($week), '37:30:00|56:00:00|5', "$_: and that it is gone") foreach sort keys %at;
is($at{$_}->query($week =~ s/'shop'\)/'shop\@4')/r), '37:30:00|48:00:00|5', "$_: the revision before") foreach sort keys %at;
is($at{$_}->query(q{SELECT * FROM aftersales.check_calendar('shop') WHERE severity = 'error'}), '', "$_: check_calendar() finds no error") foreach sort keys %at;
is(sqlstate_of($standby, 'postgres', load_day('03')), '25006', 'a standby takes no notice');
is($subscriber->safe_psql('postgres', 'SELECT apply_error_count FROM pg_stat_subscription_stats'), '0', 'no row was refused');

# ---------- two changes at once ----------

my $other = $primary->background_psql('postgres');
$session->query('BEGIN; ' . load_day('03'));
$other->query_until(qr/waits/, "\\echo waits\nBEGIN; " . load_day('04') . ";\n");
$primary->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'}) or die 'nobody waits';
$session->query('COMMIT');
$other->query('COMMIT');
is($primary->safe_psql('postgres', q{SELECT calendar, revision, source_revision FROM aftersales.calendar_revision WHERE revision > 5 OR calendar = 'cn' AND revision > 3 ORDER BY 1, 2}),
	"cn|4|0\ncn|5|0\nshop|6|4\nshop|7|5", 'the second waits and is the next revision, of both calendars');
is($primary->safe_psql('postgres', $week), '22:30:00|40:00:00|7', 'both count');
is($primary->safe_psql('postgres', $week =~ s/'cn'\)/'cn\@4')/r), '30:00:00|40:00:00|7', 'the first alone, in its revision');

$primary->stop('immediate');
is($at{standby}->query($week), '22:30:00|40:00:00|7', 'a standby answers when the primary is gone');
$_->quit foreach values %at;
done_testing();
