# Messages in Chinese: the catalog is sound and complete, it is installed
# where the server looks for it, and the last line of DETAIL, which programs
# read, is the same in every language.

use strict;
use warnings;

use Cwd 'abs_path';
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use AftersalesTest;

my $top = abs_path(dirname(__FILE__) . '/../..');
my $po = "$top/po/zh_CN.po";
my $tmp = PostgreSQL::Test::Utils::tempdir();

# Neither initdb nor psql is to speak anything else; a server forgets LC_ALL.
$ENV{LC_ALL} = 'C';

# output_of(PROGRAM, ARGUMENT…): what it says, and its exit code.
sub output_of
{
	my ($out, $done) = ('', 0);

	eval { $done = IPC::Run::run([@_], '>', \$out, '2>&1'); };
	return ($@ || $out, $done ? 0 : 1);
}

sub has_program { return (output_of($_[0], '--version'))[1] == 0; }

# ---------- the catalog ----------

my $has_gettext = has_program('msgfmt') && has_program('xgettext') && has_program('gettext');

# What the sources say now, extracted by the rules of nls.mk in a copy.
sub template
{
	my $dir = "$tmp/source";

	system_or_bail('mkdir', '-p', "$dir/po");
	system_or_bail('cp', '-R', "$top/Makefile", "$top/nls.mk", "$top/aftersales.control", "$top/src", $dir);
	system_or_bail('cp', "$top/po/LINGUAS", $po, "$dir/po");
	my ($out, $rc) = output_of('make', '-s', '-C', $dir, 'init-po');
	return "$dir/po/aftersales.pot" if $rc == 0 && -f "$dir/po/aftersales.pot";
	diag($out);
	return undef;
}

SKIP:
{
	skip 'msgfmt, xgettext or gettext is not installed', 4 unless $has_gettext;

	system_or_bail('mkdir', '-p', "$tmp/locale/zh_CN/LC_MESSAGES");
	my ($out, $rc) = output_of('msgfmt', '--check', '--statistics', '-o', "$tmp/locale/zh_CN/LC_MESSAGES/aftersales.mo", $po);
	is($rc, 0, 'msgfmt --check') or diag($out);
	like($out, qr/\A\d+ translated messages\.\n\z/, 'all translated, none fuzzy');

	my $makefile = dirname(`pg_config --pgxs`) . '/../Makefile.global';
	skip 'the server is built without native language support', 2
	  unless slurp_file($makefile) =~ /^enable_nls\s*=\s*yes/m;

	my $pot = template();
	($out, $rc) = output_of('msgcmp', $po, $pot);
	is($rc, 0, 'every message of the sources is in the catalog') or diag($out);
	# xgettext sees no macros: "ticket " INT64_FORMAT … would end there
	unlike(slurp_file($pot), qr/^(?:msgid )?".*[ =]"$/m, 'no message is cut off at a macro');
}

# ---------- a server that speaks it ----------

# A way to Chinese without installing anything: [lc_messages, environment].
# LANGUAGE takes precedence in any locale but C, on some systems also C.UTF-8.
sub way_to_chinese
{
	my @locales = split /\n/, (output_of('locale', '-a'))[0];
	my ($chinese) = grep { /^zh_CN\.utf-?8$/i } @locales;
	return [$chinese] if defined $chinese;

	foreach my $locale (grep { /^\w+\.utf-?8$/i } @locales)
	{
		local $ENV{LC_ALL} = $locale;
		local $ENV{LANGUAGE} = 'zh_CN';
		local $ENV{TEXTDOMAINDIR} = "$tmp/locale";
		return [ $locale, LANGUAGE => 'zh_CN' ] if (output_of('gettext', 'aftersales', 'none'))[0] eq '无';
	}

	system_or_bail('mkdir', '-p', "$tmp/locpath");
	output_of('localedef', '-i', 'zh_CN', '-f', 'UTF-8', "$tmp/locpath/zh_CN.UTF-8");
	return [ 'zh_CN.UTF-8', LOCPATH => "$tmp/locpath" ] if -d "$tmp/locpath/zh_CN.UTF-8";
	return undef;
}

SKIP:
{
	skip 'gettext is not installed', 1 unless $has_gettext;
	my ($version) = `pg_config --version` =~ /(\d+)/;
	chomp(my $localedir = `pg_config --localedir`);
	skip 'the messages were not installed with the extension', 1
	  unless -f "$localedir/zh_CN/LC_MESSAGES/aftersales-$version.mo";
	my $way = way_to_chinese();
	skip 'no locale can show Chinese messages', 1 unless $way;

	my ($locale, %environment) = @$way;
	note("lc_messages = $locale, ", explain(\%environment));
	local @ENV{ keys %environment } = values %environment;
	my $node = new_node('main');

	# the template is SQL_ASCII in locale C, which can show no Chinese
	$node->safe_psql('postgres', q{CREATE DATABASE crm TEMPLATE template0 ENCODING 'UTF8'});
	run_ok($node, 'crm', 'CREATE EXTENSION aftersales;' . small_desk() . small_policy()
		  . q{INSERT INTO desk.ticket (ticket_type) VALUES ('job')});

	my $complaint = sub {
		my ($language, $sql) = @_;
		my ($rc, $out, $err) = $node->psql('crm', "SET lc_messages = '$language';\n$sql", on_error_stop => 0);
		return $err =~ s/^psql:[^ ]* //gmr;
	};
	my $leap = q{UPDATE desk.ticket SET status = 'done' WHERE ticket_id = 1};
	my $line = qr/^ticket=1 from=new to=done$/m;

	my $english = $complaint->('C', $leap);
	like($english, qr/ERROR:  ticket 1 may not move from "new" to "done"\n/, 'SV001 in English');
	like($english, $line, 'with its fixed line');

	my $chinese = $complaint->($locale, $leap);
	like($chinese, qr/^\S+:  工单 1 不能从 "new" 流转到 "done"\n/m, 'SV001 in Chinese');
	like($chinese, qr/策略 "small" 版本 1 没有为类型 "job" 规定这一状态流转。\n/, 'with its detail');
	like($chinese, qr/下一步可以是：.*work.*。/, 'and its hint');
	like($chinese, $line, 'and the same fixed line');

	# a message that a helper raises, translated before it gets there
	like($complaint->($locale, q{UPDATE desk.ticket SET attributes = '{"colour": "blue"}' WHERE ticket_id = 1}),
		qr/属性 "colour" 不符合策略 "small" 的声明\n.*其值不在允许的范围内。\nticket=1 from=new to=new attribute=colour\n.*允许的有：red, green。/,
		'SV010 in Chinese');

	# money: the fixed line also names rule and column
	like($complaint->($locale, q{INSERT INTO desk.charge (ticket_id, rule, charged_at) VALUES (1, 'fee', aftersales.now())}),
		qr/^\S+:  收费项 "fee" 在价格单 "fees" 中没有价格\n.*该价格单（币种 CNY，\d{4}-\d\d-\d\d 当日有效）中没有该项目。\nticket=1 from=new to=new rule=fee column=price_id\n.*请只收取价格单上的项目，或先公布相应的价格单。/m,
		'SV009 in Chinese');

	# the ledger: errors of a balance, of one move, of a slip
	run_ok($node, 'crm', small_stock() . q{
		INSERT INTO desk.stock_move (purpose, part_no, quantity, from_location, to_location) VALUES ('receipt', 'bolt', 2, 'maker', 'store_1');
		INSERT INTO desk.stock_slip (policy, kind, from_location, to_location) VALUES ('small', 'transfer', 'store_1', 'store_2')});
	like($complaint->($locale, q{INSERT INTO desk.stock_move (part_no, quantity, from_location, to_location) VALUES ('bolt', 5, 'store_1', 'store_2')}),
		qr/^\S+:  备件 "bolt" 在库位 "store_1" 数量不足\n.*此前结存为 2，这些变动还差 3。\npart=bolt location=store_1 condition=good owner=own\n.*现有结存见 stock_balance 表/m,
		'SV006 in Chinese');
	like($complaint->($locale, q{INSERT INTO desk.stock_move (purpose, part_no, from_location, to_location) VALUES ('return', 'bolt', 'store_1', 'store_2')}),
		qr/^\S+:  用途为 "return" 的变动不符合要求\n.*该用途须从 hands 转出，而库位 "store_1" 的种类是 store。\ntable=stock_move column=purpose\n.*stock_purpose。/m,
		'SV010 of a move in Chinese');
	like($complaint->($locale, q{UPDATE desk.stock_slip SET posted_at = aftersales.now()}),
		qr/^\S+:  表 "stock_slip" 的行须双方签字后才能入账\n.*尚无人签字。\n.*column=posted_at\n.*请由双方签字/m,
		'SV008 of a slip in Chinese');

	# The policy's own words follow aftersales.language, the server's lc_messages.
	run_ok($node, 'crm', small_policy('strict') =~ s/SELECT aftersales.activate_policy/INSERT INTO aftersales.row_guard (policy, version, table_name, guard, requires, message_en, message_zh) VALUES ('strict', 1, 'custody', 'voucher', 'voucher_shown IS NOT NULL', 'ask for the voucher', '请核对取机凭证'); $&/r
		  . q{INSERT INTO desk.ticket (policy, ticket_type) VALUES ('strict', 'job')});
	my $held = q{INSERT INTO desk.custody (ticket_id, receipt_no) VALUES (2, 'R-1')};
	my $guard = qr/^ticket=2 from=new to=new guard=voucher$/m;

	my $mixed = $complaint->('C', "SET aftersales.language = 'zh';\n$held");
	like($mixed, qr/ERROR:  a row of table "custody" may not be like this\nDETAIL:  voucher: 请核对取机凭证\n/, 'SV002 of a row, the guard in Chinese');
	like($mixed, $guard, 'with its fixed line');
	$chinese = $complaint->($locale, $held);
	like($chinese, qr/^\S+:  表 "custody" 的这一行不符合要求\n.*voucher: ask for the voucher\n/m, 'SV002 of a row, all but the guard in Chinese');
	like($chinese, $guard, 'and the same fixed line');
	$node->stop;
}

done_testing();
