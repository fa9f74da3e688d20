# The postmaster is killed amid writers of the ledger and started again, four
# times.  Every move that was acknowledged is there, all rows of its statement;
# none that was refused; of what had no answer all or nothing.  After each
# start the writers send again what had no answer, and some of what had, with
# the same external_ref: each takes effect once.  All that is kept follows from
# the moves.

use strict;
use warnings;

use IPC::Run ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

use AftersalesTest;

my $WRITERS = 6;
my $ROUNDS = 4;
my $node = new_node('main', 'synchronous_commit = on');
my $dir = PostgreSQL::Test::Utils::tempdir();

run_ok($node, 'postgres', 'CREATE EXTENSION aftersales;' . small_desk() . small_stock() . q{
	INSERT INTO desk.stock_move (purpose, part_no, quantity, from_location, to_location)
		SELECT 'receipt', part_no, 60, 'maker', 'store_' || g FROM unnest(ARRAY['bolt', 'cable']) part_no, generate_series(1, 3) g;
	INSERT INTO desk.stock_move (purpose, part_no, serial_no, from_location, to_location)
		SELECT 'receipt', 'board', 'S' || g, 'maker', 'store_1' FROM generate_series(1, 10) g});

# ---------- what the writers ask for ----------

my $random = 20260302;

# From 0 to n - 1, the same every time.
sub any
{
	my ($n) = @_;

	$random = ($random * 1103515245 + 12345) % 2**31;
	return int($random / 2**12) % $n;
}

# A row's values by column; its external_ref is <statement>-<n>.
sub any_row
{
	my $kind = any(10);
	my $from = 1 + any(3);
	my $to = 1 + ($from + any(2)) % 3;

	return { purpose => 'receipt', part_no => 'bolt', quantity => 1 + any(15), from_location => 'maker', to_location => "store_$to" } if $kind < 2;
	return { purpose => 'scrap', part_no => 'cable', quantity => '0.25', from_location => "store_$from", to_location => 'bin' } if $kind == 2;
	return { purpose => 'transfer', part_no => 'board', serial_no => 'S' . (1 + any(10)), quantity => 1, from_location => "store_$from", to_location => "store_$to" } if $kind == 3;
	return { purpose => 'transfer', part_no => any(2) ? 'bolt' : 'cable', quantity => 1 + any(15), from_location => "store_$from", to_location => "store_$to" };
}

my @columns = qw(purpose part_no quantity from_location to_location serial_no);
my %asked;			# by statement: its SQL and rows, or which one it reverses

sub new_statement
{
	my ($name, $before) = @_;
	my $on_conflict = 'ON CONFLICT (external_ref) DO NOTHING';

	if (@$before && any(6) == 0)
	{
		my $of = $before->[ any(scalar @$before) ];

		$asked{$name} = { reverses => "$of-1", sql =>
			"INSERT INTO desk.stock_move (reversal_of, external_ref) SELECT move_id, '$name-1' FROM desk.stock_move WHERE external_ref = '$of-1' $on_conflict" };
	}
	else
	{
		my @rows = map { any_row() } 1 .. (any(4) == 0 ? 2 + any(3) : 1);
		my $n = 0;

		$asked{$name} = { rows => \@rows, sql => 'INSERT INTO desk.stock_move (' . join(', ', @columns, 'external_ref') . ') VALUES '
			. join(', ', map { my $row = $_; $n++; '(' . join(', ', map { defined $row->{$_} ? "'$row->{$_}'" : 'NULL' } @columns) . ", '$name-$n')" } @rows)
			. " $on_conflict" };
	}
	return $name;
}

# ---------- the writers ----------

my %answer;			# by statement: all answers it had, "00000 <rows>" or an SQLSTATE
my %sent;			# by writer: the statements of the round, in order

sub start_writer
{
	my ($writer, $round, @again) = @_;
	my @names = @again;
	my @before = grep { $asked{$_}{rows} } @again;

	foreach my $n (1 .. 3000)
	{
		push @names, new_statement("w$writer.$round.$n", \@before);
		push @before, $names[-1] if $asked{ $names[-1] }{rows};
		shift @before if @before > 10;
	}
	$sent{$writer} = \@names;
	PostgreSQL::Test::Utils::append_to_file("$dir/w$writer.$round.sql",
		"\\set VERBOSITY sqlstate\n" . join('', map { "$asked{$_}{sql};\n\\echo $_ :SQLSTATE :ROW_COUNT\n" } @names));
	return IPC::Run::start(
		[ 'psql', '-XAtq', '-f', "$dir/w$writer.$round.sql", '-d', $node->connstr('postgres') ],
		'>', "$dir/w$writer.$round.out", '2>', "$dir/w$writer.$round.err");
}

# Waits until so many moves are there.
sub wait_for_moves
{
	my ($n) = @_;

	$node->poll_query_until('postgres', "SELECT count(*) >= $n FROM desk.stock_move") or die 'the writers do not come on';
}

# A server whose last one left processes behind that still hold its memory
# does not start.
sub start_again
{
	foreach (1 .. 600)
	{
		return if $node->start(fail_ok => 1);
		usleep(100_000);
		$node->stop('fast', fail_ok => 1);
	}
	die 'the server does not come back';
}

# What the round's writers were told; returns which statements of theirs had no answer.
sub take_answers
{
	my ($round) = @_;
	my @silent;

	foreach my $writer (1 .. $WRITERS)
	{
		my %told;

		foreach (split /\n/, PostgreSQL::Test::Utils::slurp_file("$dir/w$writer.$round.out"))
		{
			next unless /^(w\S+) (\w{5}) (\d+)$/;
			$told{$1} = 1;
			push @{ $answer{$1} }, $2 eq '00000' ? "$2 $3" : $2;
		}
		my ($first) = grep { !$told{$_} } @{ $sent{$writer} };
		push @silent, $first if defined $first;
	}
	return @silent;
}

my %again;
foreach my $round (1 .. $ROUNDS)
{
	my @writers = map { start_writer($_, $round, @{ $again{$_} || [] }) } 1 .. $WRITERS;
	my $there = $node->safe_psql('postgres', 'SELECT count(*) FROM desk.stock_move');

	wait_for_moves($there + 300);
	if ($round % 2 == 0)
	{
		$node->safe_psql('postgres', 'CHECKPOINT');
		wait_for_moves($there + 600);
	}
	$node->kill9;
	eval { $_->finish } foreach @writers;
	start_again();
	ok(1, "round $round: the server is back");

	my @silent = take_answers($round);
	cmp_ok(scalar @silent, '>', 0, "round $round: it was killed amid its work");
	ledger_ok($node, 'postgres', 'desk', "round $round");

	# what had no answer is sent again, and what was last answered too
	%again = ();
	foreach my $writer (1 .. $WRITERS)
	{
		my @mine = grep { /^w$writer\./ } @silent;
		my @told = grep { $answer{$_} } @{ $sent{$writer} };
		$again{$writer} = [ (@told > 5 ? @told[ -5 .. -1 ] : @told), @mine ];
	}
}

# the last ones are asked again without anybody in the way
foreach my $writer (1 .. $WRITERS)
{
	foreach my $name (@{ $again{$writer} })
	{
		my ($code, $out) = split / /, sqlstate_of($node, 'postgres', "$asked{$name}{sql};\n\\echo :ROW_COUNT");
		push @{ $answer{$name} }, $code eq '00000' ? "$code $out" : $code;
	}
}

# ---------- what is there ----------

my %there = map { my ($ref, $line) = split /\|/, $_, 2; ($ref => $line) } split /\n/, $node->safe_psql('postgres', q{
	SELECT m.external_ref, CASE WHEN m.reversal_of IS NULL
		THEN concat_ws('|', m.purpose, m.part_no, trim_scale(m.quantity), m.from_location, m.to_location, m.serial_no) ELSE 'reverses ' || o.external_ref END
	FROM desk.stock_move m LEFT JOIN desk.stock_move o ON o.move_id = m.reversal_of WHERE m.external_ref IS NOT NULL});
my (@lost, @false, @half, @twice, @other, %count);
foreach my $name (sort keys %answer)
{
	my $want = $asked{$name};
	my @rows = $want->{rows} ? map { my $row = $_; join('|', grep { defined } @$row{@columns}) } @{ $want->{rows} } : "reverses $want->{reverses}";
	my @refs = map { "$name-$_" } 1 .. @rows;
	my @found = grep { exists $there{$_} } @refs;
	my @done = grep { /^00000 [1-9]/ } @{ $answer{$name} };
	my @skipped = grep { $_ eq '00000 0' } @{ $answer{$name} };
	my @refused = grep { !/^00000/ } @{ $answer{$name} };

	push @half, $name if @found && @found != @rows;
	push @twice, $name if @done > 1;
	# a reversal also has no rows when there is nothing to reverse
	push @lost, "$name: @{ $answer{$name} }" if !@found && (@done || (@skipped && $want->{rows}));
	push @false, "$name: @{ $answer{$name} }" if @found && !@done && !@skipped;
	push @other, "$name: $there{$refs[$_]}, not $rows[$_]" foreach grep { exists $there{ $refs[$_] } && $there{ $refs[$_] } ne $rows[$_] } 0 .. $#rows;
	$count{$_}++ foreach @{ $answer{$name} };
	$count{'skipped and there'}++ if @skipped && @found;
	$count{'there by the first time, which had no answer'}++ if @skipped && @found && !@done;
}
is("@lost", '', 'what was acknowledged is there');
is("@false", '', 'what was refused is not');
is("@half", '', 'all rows of a statement are, or none');
is("@twice", '', 'nothing was done twice');
is("@other", '', 'and it is what was asked for');
is(join(' ', grep { !exists $answer{ s/-\d+$//r } } sort keys %there), '', 'nothing is there that nobody knows of');
is(join(' ', grep { !/^(00000 \d|40001|SV004|SV006)$/ && !/there/ } sort keys %count), '', 'refusals are by the rules only');
cmp_ok($count{'skipped and there'}, '>=', $ROUNDS * $WRITERS, 'retries were skipped');
cmp_ok($count{SV006} || 0, '>', 20, 'moves were refused');
note("$_: $count{$_}") foreach sort keys %count;

$node->stop;
done_testing();
