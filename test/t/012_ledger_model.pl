# The ledger against a model of a few lines: 10,000 random statements, always
# the same ones.  The model is a list of moves; what may be done it decides by
# adding up, for each place, all that ever came and went in the order of time.
# After each statement the server has refused or accepted as the model does,
# with an SQLSTATE that the model gives a reason for, and holds the same
# balances and serial numbers, to the last one.
#
# One psql session runs them all.  Time is simulated.

use strict;
use warnings;

use Digest::MD5 qw(md5_hex);
use POSIX qw(strftime);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use AftersalesTest;

my $STEPS = $ENV{AFTERSALES_LEDGER_STEPS} || 10_000;
my $SKEW = 5;
my $START = 1772438400;			# 2026-03-02 08:00 UTC

my %part = (
	bolt => { decimals => 0 }, cable => { decimals => 2 }, oil => { decimals => 3 }, fan => { decimals => 0, one_for_one => 1 },
	board => { decimals => 0, serialised => 1, one_for_one => 1 }, tube => { decimals => 0, serialised => 1 });
my %kind = (
	store_1 => 'store', store_2 => 'store', store_3 => 'store', van => 'transit', mender => 'repairer', engineer_1 => 'engineer',
	maker => 'supplier', start => 'opening', machines => 'installed', left => 'kept', gone => 'lost', bin => 'scrapped', consignor => 'recipient',
	found => 'adjustment');
my %physical = map { $_ => 1 } qw(store transit repairer engineer);
my %hands = (engineer => 1);
my %outside = map { $_ => 1 } qw(supplier opening recipient);
my %condition = map { $_ => 1 } qw(good defective in_repair scrap);

# purpose: from, to, conditions (any), whether it may change them
my %purpose = (
	receipt => [ 'outside', 'physical', '', 0 ],
	issue => [ 'store', 'hands', 'good', 0 ],
	install => [ 'physical', 'installed', 'good', 0 ],
	return => [ 'hands', 'store', 'good', 0 ],
	remove => [ 'installed', 'physical', 'defective scrap good', 0 ],
	return_defective => [ 'hands', 'store', 'defective scrap', 0 ],
	keep => [ 'installed', 'kept', 'defective', 0 ],
	lose => [ 'physical', 'lost', '', 0 ],
	loan => [ 'store', 'hands', 'good', 0 ],
	transfer => [ 'physical', 'physical', '', 1 ],
	regrade => [ 'physical', 'physical', '', 1 ],
	scrap => [ 'physical', 'scrapped', '', 1 ],
	deliver => [ 'physical', 'outside', '', 0 ],
	supplier_return => [ 'physical', 'supplier', '', 0 ],
	adjust => [ 'physical adjustment', 'physical adjustment', '', 0 ]);

# ---------- chance ----------

my $random;

# From 0 to n - 1.
sub any
{
	my ($n) = @_;

	$random = ($random * 1103515245 + 12345) % 2**31;
	return int($random / 2**10) % $n;
}

sub one_of
{
	return $_[ any(scalar @_) ];
}

# ---------- the model ----------

# Quantities are thousandths, times seconds since the start.
my ($now, $next_id, %move, @ids, %by_ref, %reversed, %line, %serial, %balance_row, %serial_row);

sub fits
{
	my ($words, $location) = @_;
	my $kind = $kind{$location};

	foreach my $word (split / /, $words)
	{
		return 1 if $word eq 'physical' ? $physical{$kind} : $word eq 'store' ? $physical{$kind} && !$hands{$kind}
		  : $word eq 'hands' ? $hands{$kind} : $word eq 'outside' ? $outside{$kind} : $word eq $kind;
	}
	return 0;
}

# What the row becomes, and why it is wrong by itself.
sub fill
{
	my ($given, $wrong) = @_;
	my %m = (quantity => 1000, owner => 'own', purpose => 'transfer', %$given);

	if (defined $given->{reversal_of})
	{
		my $o = $move{ $given->{reversal_of} };

		return $wrong->{23503} = undef if !$o;
		my %mirror = (%$o, from => $o->{to}, to => $o->{from}, from_condition => $o->{to_condition}, to_condition => $o->{from_condition},
			map { $_ => $given->{$_} } qw(id reversal_of ref at));
		$wrong->{SV010} = 1 if grep { $given->{$_} ne ($mirror{$_} // '') } keys %$given;
		%m = %mirror;
	}
	my $p = $purpose{ $m{purpose} };
	return $wrong->{SV010} = undef if !$p;
	$m{from_condition} = $p->[2] =~ /^defective/ ? 'defective' : 'good' if !defined $m{from_condition};
	$m{to_condition} = $m{from_condition} if !defined $m{to_condition};
	$m{given_at} = $m{at};
	$m{at} = $now if !defined $m{at};
	$wrong->{SV005} = 1 if $m{at} > $now + $SKEW;
	$m{at} = $now if $m{at} > $now;
	return \%m;
}

sub is_same
{
	my ($a, $b) = @_;

	foreach my $column (qw(part quantity from to from_condition to_condition owner serial purpose reversal_of))
	{
		return 0 if ($a->{$column} // '') ne ($b->{$column} // '');
	}
	# a time ahead was taken as the now of then
	return !defined $a->{given_at} || ($a->{at} - $SKEW <= $b->{at} && $b->{at} <= $a->{at});
}

sub check
{
	my ($m, $wrong) = @_;
	my $p = $purpose{ $m->{purpose} };
	my ($from, $to, $condition) = defined $m->{reversal_of} ? @$m{qw(to from to_condition)} : @$m{qw(from to from_condition)};
	my $part = $part{ $m->{part} };

	$wrong->{SV010} = 1 if $m->{quantity} <= 0 || ($m->{from} eq $m->{to} && $m->{from_condition} eq $m->{to_condition});
	$wrong->{SV010} = 1 if !$condition{ $m->{from_condition} } || !$condition{ $m->{to_condition} };
	return $wrong->{23503} = 1 if !$part || !$kind{$from} || !$kind{$to};
	$wrong->{SV010} = 1 if $m->{quantity} % 10**(3 - $part->{decimals});
	$wrong->{SV010} = 1 if defined $m->{serial} ? !$part->{serialised} || $m->{quantity} != 1000 : $part->{serialised};
	$wrong->{SV010} = 1 if !fits($p->[0], $from) || !fits($p->[1], $to) || ($m->{purpose} eq 'regrade') != ($from eq $to);
	$wrong->{SV010} = 1 if $p->[2] && !grep { $_ eq $condition } split / /, $p->[2];
	$wrong->{SV010} = 1 if !$p->[3] && $m->{from_condition} ne $m->{to_condition};
	$wrong->{SV010} = 1 if $m->{purpose} eq 'loan';		# none of them is a loaner
	$wrong->{SV004} = 1 if $m->{purpose} eq 'adjust' || "$kind{$from} $kind{$to}" =~ /adjustment/;
	$wrong->{SV007} = 1 if $part->{one_for_one} && $m->{purpose} =~ /^(install|remove|keep)$/;
	$wrong->{SV010} = 1 if defined $m->{reversal_of} && $m->{at} < $move{ $m->{reversal_of} }{at};
}

# Whether the place has ever had less than nothing.
sub is_below_zero
{
	my $sum = 0;
	my %at;

	$at{ $_->[0] } += $_->[1] foreach @_;
	foreach my $at (sort { $a <=> $b } keys %at)
	{
		$sum += $at{$at};
		return 1 if $sum < 0;
	}
	return 0;
}

sub place_of
{
	my ($m, $side) = @_;
	return join('|', $m->{$side}, $m->{part}, $m->{"${side}_condition"}, $m->{owner});
}

# Whether a piece in that place is where the move takes it from.  What became
# of its condition outside nobody has told; what comes in may have been bought.
sub is_at
{
	my ($place, $m) = @_;
	my ($location, undef, $condition, $owner) = split /\|/, $place;

	return $location eq $m->{from} && ($owner eq $m->{owner} || ($m->{purpose} eq 'receipt' && !$m->{reversal_of})) && ($condition eq $m->{from_condition} || !$physical{ $kind{$location} });
}

# run_model(ROWS, ON_CONFLICT): which SQLSTATEs there is reason for, and how
# many rows come in if there is none.
sub run_model
{
	my ($rows, $on_conflict) = @_;
	my (%wrong, @in, %my_line, %my_serial, %my_ref, %my_reversed);

	foreach my $given (@$rows)
	{
		my $m = fill($given, \%wrong);
		next if ref $m ne 'HASH';
		my $same = defined $m->{ref} ? $by_ref{ $m->{ref} } || $my_ref{ $m->{ref} } : undef;
		if ($same)
		{
			$wrong{SV013} = 1 if !is_same($m, $same);
			$wrong{23505} = 1 if !$on_conflict;
			next;
		}
		$wrong{SV004} = 1 if defined $m->{reversal_of}
		  && ($reversed{ $m->{reversal_of} } || $my_reversed{ $m->{reversal_of} }++ || defined $move{ $m->{reversal_of} }{reversal_of});
		check($m, \%wrong);
		push @in, $m;
		$my_ref{ $m->{ref} } = $m if defined $m->{ref};
	}

	# all reasons there are: which row, and which of its wrongs, is found first is not told
	foreach my $m (grep { $part{ $_->{part} } && $kind{ $_->{from} } && $kind{ $_->{to} } } @in)
	{
		foreach my $side (qw(from to))
		{
			next if !$physical{ $kind{ $m->{$side} } };
			my $place = place_of($m, $side);
			my $known = $my_line{$place} ||= [ @{ $line{$place} || [] } ];
			push @$known, [ $m->{at}, $side eq 'to' ? $m->{quantity} : -$m->{quantity} ];
			$wrong{SV006} = 1 if $side eq 'from' && is_below_zero(@$known);
		}
		next if !defined $m->{serial};
		my $piece = "$m->{part}|$m->{serial}";
		my $is = $my_serial{$piece} || $serial{$piece};
		$wrong{SV006} = 1 if $is ? !is_at($is->{place}, $m) : $physical{ $kind{ $m->{from} } };
		$wrong{SV005} = 1 if $is && $m->{at} < $is->{at};
		$my_serial{$piece} = { place => place_of($m, 'to'), at => $m->{at}, moves => ($is ? $is->{moves} : 0) + 1 };
	}
	return (\%wrong, 0) if %wrong;

	foreach my $m (@in)
	{
		$move{ $m->{id} } = $m;
		push @ids, $m->{id};
		$by_ref{ $m->{ref} } = $m if defined $m->{ref};
		$reversed{ $m->{reversal_of} } = 1 if defined $m->{reversal_of};
	}
	foreach my $place (keys %my_line)
	{
		my ($sum, $last) = (0, $my_line{$place}[0][0]);

		foreach (@{ $line{$place} = $my_line{$place} })
		{
			$sum += $_->[1];
			$last = $_->[0] if $_->[0] > $last;
		}
		$balance_row{$place} = join('|', $place, decimal($sum), $START + $last);
	}
	foreach my $piece (keys %my_serial)
	{
		my $is = $serial{$piece} = $my_serial{$piece};
		my ($location, undef, $condition, $owner) = split /\|/, $is->{place};

		$serial_row{$piece} = join('|', $piece, $location, $condition, $owner, $is->{moves}, $START + $is->{at});
	}
	return ({}, scalar @in);
}

sub decimal
{
	my ($thousandths) = @_;
	return sprintf('%s%d.%03d', $thousandths < 0 ? '-' : '', abs($thousandths) / 1000, abs($thousandths) % 1000);
}

# What is to be in stock_balance and stock_serial, a line each.
sub contents_of_model
{
	return join("\n", sort(values %balance_row), sort(values %serial_row));
}

# What was where then, a line each.
sub model_at
{
	my ($at) = @_;
	my @lines;

	foreach my $place (sort { join(',', split /\|/, $a) cmp join(',', split /\|/, $b) } keys %line)
	{
		my $sum = 0;

		$sum += $_->[1] foreach grep { $_->[0] <= $at } @{ $line{$place} };
		push @lines, "$at|$place|" . decimal($sum) if $sum;
	}
	return @lines;
}

# ---------- what is asked for ----------

# A place that has something, or had.
sub any_place
{
	my ($wanted) = @_;
	my @places = grep { $_ =~ $wanted } sort keys %line;
	return @places ? one_of(@places) : undef;
}

sub any_quantity
{
	my ($part, $around) = @_;
	my $step = 10**(3 - ($part{$part} || $part{bolt})->{decimals});
	my $quantity = int(any(1 + int($around / $step)) + 1) * $step;

	return $quantity;
}

my @stock = qw(bolt cable oil fan);
my @stores = qw(store_1 store_2 store_3 van mender);

sub any_receipt
{
	my $part = one_of(@stock);
	return { purpose => 'receipt', part => $part, quantity => any_quantity($part, 40_000), from => one_of('maker', 'maker', 'start'), to => one_of(@stores),
		any(4) ? () : (owner => 'lender'), any(6) ? () : (from_condition => one_of('good', 'defective')) };
}

# A move out of some place: a little, nearly all or more than there is.
sub any_take
{
	my ($purpose, $to, $wanted) = @_;
	my $place = any_place($wanted || qr/\|(bolt|cable|oil|fan)\|/) or return any_receipt();
	my ($from, $part, $condition, $owner) = split /\|/, $place;
	my $sum = 0;
	$sum += $_->[1] foreach @{ $line{$place} };

	return { purpose => $purpose, part => $part, from => $from, to => $to || $from,
		quantity => $sum > 0 && any(8) ? any_quantity($part, any(3) ? $sum / 3 : $sum) : any_quantity($part, $sum + 3000),
		$condition eq 'good' ? () : (from_condition => $condition), $owner eq 'own' ? () : (owner => $owner) };
}

sub any_piece
{
	my $part = one_of('board', 'tube');
	my $no = 'S' . (1 + any(12));
	my $is = $serial{"$part|$no"};
	my %m = (part => $part, serial => $no);

	return { %m, purpose => 'receipt', from => 'maker', to => one_of(@stores) } if !$is || any(25) == 0;
	my ($from, undef, $condition, $owner) = split /\|/, $is->{place};
	$from = one_of(@stores) if any(10) == 0;
	$m{from} = $from;
	$m{from_condition} = $condition if $condition ne 'good' || any(2);
	$m{owner} = $owner if $owner ne 'own';
	$m{owner} = 'lender' if any(40) == 0;
	return { %m, purpose => 'receipt', to => one_of(@stores) } if $kind{$from} =~ /supplier|opening/;
	return { %m, purpose => 'remove', from_condition => one_of('defective', 'good', 'scrap'), to => one_of('engineer_1', 'store_1') } if $kind{$from} eq 'installed';
	return { %m, purpose => 'receipt', from => 'maker', to => one_of(@stores) } if !$physical{ $kind{$from} };
	my $what = any(12);
	return { %m, purpose => 'supplier_return', to => 'maker' } if $what == 0;
	return { %m, purpose => 'install', to => 'machines' } if $what == 1;
	return { %m, purpose => 'issue', to => 'engineer_1' } if $what == 2;
	return { %m, purpose => 'return', to => 'store_2' } if $what == 3;
	return { %m, purpose => 'scrap', to_condition => 'scrap', to => 'bin' } if $what == 4;
	return { %m, purpose => 'regrade', to_condition => one_of('good', 'defective', 'in_repair'), to => $from } if $what <= 6;
	return { %m, to => one_of(@stores) };
}

sub any_move
{
	my $what = any(100);

	return any_receipt() if $what < 12;
	return any_piece() if $what < 32;
	return any_take('transfer', one_of(@stores)) if $what < 55;
	return { %{ any_take('transfer', one_of(@stores)) }, to_condition => one_of(qw(good defective in_repair scrap)) } if $what < 59;
	return { %{ any_take('regrade') }, to_condition => one_of(qw(good defective in_repair scrap)) } if $what < 65;
	return any_take(@{ one_of([ 'scrap', 'bin' ], [ 'deliver', 'consignor' ], [ 'supplier_return', 'maker' ], [ 'lose', 'gone' ]) }) if $what < 72;
	return any_take('issue', 'engineer_1', qr/^store.*\|good/) if $what < 78;
	return any_take('install', 'machines', qr/^(store|engineer).*\|(bolt|cable|oil|fan)\|good/) if $what < 81;
	return { purpose => one_of('remove', 'keep'), part => one_of(@stock), quantity => 1000, from => 'machines', to => one_of('engineer_1', 'left', 'store_1') } if $what < 85;
	return any_take('return', one_of('store_1', 'store_2'), qr/^engineer.*\|good/) if $what < 91;
	return any_take('return_defective', 'store_1', qr/^engineer.*\|(defective|scrap)/) if $what < 93;
	return any_take(one_of(sort keys %purpose), one_of(sort keys %kind)) if $what < 97;
	# what is wrong by itself
	my $m = any_take('transfer', one_of(@stores));
	return { %$m, quantity => $m->{quantity} + one_of(1, 10, 100) } if $what == 97;
	return { %$m, one_of([ part => 'nut' ], [ from => 'store_9' ], [ purpose => 'gift' ], [ quantity => 0 ], [ to => $m->{from} ])->@* } if $what == 98;
	return { %$m, one_of([ serial => 'S1' ], [ from_condition => 'new' ], [ quantity => -1000 ], [ part => 'board' ], [ to => 'found' ])->@* };
}

# When it happened, if that is told.
sub any_time
{
	my ($m) = @_;
	my $what = any(100);

	$m->{at} = $now - any(120) if $what < 10;
	$m->{at} = $now - any($now + 1) if $what >= 10 && $what < 15;
	$m->{at} = $now if $what == 15;
	$m->{at} = $now + any(8) if $what == 16;
	return $m;
}

sub any_reversal
{
	my $n = @ids;
	return { reversal_of => $next_id + 1000 } if !$n || any(100) == 0;
	my $id = $ids[ any(3) ? $n - 1 - any($n < 40 ? $n : 40) : any($n) ];
	return { reversal_of => $id, any(8) ? () : (at => $move{$id}{at} - 10 + any(30)),
		any(10) ? () : one_of([ from => $move{$id}{ one_of('to', 'from') } ], [ quantity => $move{$id}{quantity} + one_of(0, 1000) ], [ owner => 'own' ], [ part => one_of($move{$id}{part}, 'bolt') ])->@* };
}

# What came to a place and went again after all that is known of it, told in
# any order.
sub any_jumble
{
	my $place = any_place(qr/\|(bolt|cable|oil|fan)\|/) or return any_receipt();
	my ($location, $part, $condition, $owner) = split /\|/, $place;
	my $last = 0;

	foreach (@{ $line{$place} }) { $last = $_->[0] if $_->[0] > $last; }
	return map {
		my %m = (part => $part, quantity => any_quantity($part, 4000), owner => $owner, from_condition => $condition, at => $last + any($now > $last ? $now - $last + 1 : 1));
		any(5) < 2 ? { %m, purpose => 'receipt', from => 'maker', to => $location } : { %m, purpose => 'scrap', from => $location, to => 'bin' } } 0 .. 1 + any(4);
}

# A statement that was sent before, as it was, or a little different.
sub any_retry
{
	my ($sent) = @_;
	my @rows = map { { %$_ } } @{ $sent->[ any(2) ? -1 - any(@$sent < 20 ? scalar @$sent : 20) : any(scalar @$sent) ] };

	return @rows if any(4);
	my $row = one_of(@rows);
	if (defined $row->{reversal_of}) { $row->{reversal_of} = one_of(@ids); }
	elsif (any(3) == 0) { $row->{to} = one_of(@stores); }
	elsif (any(2)) { $row->{at} = $now - any(5); }
	elsif (defined $row->{quantity}) { $row->{quantity} += 1000; }
	return @rows;
}

sub time_of
{
	my ($at) = @_;
	return strftime("'%Y-%m-%d %H:%M:%S+00'", gmtime($START + $at));
}

my %column = (id => 'move_id', part => 'part_no', from => 'from_location', to => 'to_location', serial => 'serial_no', at => 'happened_at', ref => 'external_ref',
	map { $_ => $_ } qw(quantity from_condition to_condition owner purpose reversal_of));

sub sql_of
{
	my ($rows, $on_conflict) = @_;
	my @keys = grep { my $key = $_; grep { exists $_->{$key} } @$rows } sort keys %column;
	my @values;

	foreach my $row (@$rows)
	{
		push @values, '(' . join(', ', map {
				!defined $row->{$_} ? 'DEFAULT' : $_ eq 'at' ? time_of($row->{$_}) : $_ eq 'quantity' ? decimal($row->{$_})
				: $_ =~ /^(id|reversal_of)$/ ? $row->{$_} : "'$row->{$_}'" } @keys) . ')';
	}
	return 'INSERT INTO desk.stock_move (' . join(', ', map { $column{$_} } @keys) . ') VALUES ' . join(', ', @values) . " $on_conflict;";
}

# play(N): the first N statements, each with what the model says to it.
sub play
{
	my ($n) = @_;
	my (@steps, @sent);

	$random = 20260302;
	($now, $next_id) = (0, 1);
	(%move, %by_ref, %reversed, %line, %serial, %balance_row, %serial_row, @ids) = ();
	foreach my $step (1 .. $n)
	{
		my @rows;
		my $what = any(100);
		my $on_conflict = one_of('', '', 'ON CONFLICT (external_ref) DO NOTHING', 'ON CONFLICT DO NOTHING');

		# it may be set back, too
		$now += any(100) ? any(4) : -any($now < 60 ? $now + 1 : 60);
		if ($what < 8 && @sent) { @rows = any_retry(\@sent); }
		elsif ($what < 12) { @rows = any_jumble(); }
		elsif ($what < 22) { @rows = map { any(8) ? any_time(any_move()) : any_reversal() } 0 .. 1 + any(4); }
		elsif ($what < 32) { @rows = any_reversal(); }
		else { @rows = any_time(any_move()); }
		foreach my $row (@rows)
		{
			$row->{id} = $next_id++;
			$row->{ref} = "r$row->{id}" if !defined $row->{ref} && any(5) == 0;
		}
		push @sent, [ map { { %$_ } } @rows ] if grep { defined $_->{ref} } @rows;

		my ($wrong, $count) = run_model(\@rows, $on_conflict);
		push @steps, { sql => sql_of(\@rows, $on_conflict), at => $now, wrong => $wrong, rows => $count, is_late => scalar(grep { defined $_->{at} && $_->{at} < $now } @rows),
			is_many => @rows > 1, digest => undef };
		$steps[-1]{digest} = %$wrong && $step > 1 ? $steps[-2]{digest} : md5_hex(contents_of_model());
	}
	return \@steps;
}

# ---------- the server ----------

my $node = new_node('main');
my $dir = PostgreSQL::Test::Utils::tempdir();
my $contents = q{
	SELECT string_agg(line, E'\n' ORDER BY n, line) FROM (
		SELECT 1 AS n, concat_ws('|', location, part_no, condition, owner, quantity, extract(epoch FROM last_at)::bigint) COLLATE "C" AS line FROM desk.stock_balance
		UNION ALL
		SELECT 2, concat_ws('|', part_no, serial_no, location, condition, owner, moves, extract(epoch FROM last_at)::bigint) FROM desk.stock_serial) x};

sub new_ledger
{
	my ($db) = @_;

	run_ok($node, 'postgres', "CREATE DATABASE $db");
	run_ok($node, $db, 'CREATE EXTENSION aftersales;' . small_desk()
		. join('', map { "INSERT INTO desk.part (part_no, decimals, is_serialised, exchange) VALUES ('$_', $part{$_}{decimals}, "
				. ($part{$_}{serialised} ? 'true' : 'false') . ', ' . ($part{$_}{one_for_one} ? "'one_for_one'" : "'consumable'") . ');' } sort keys %part)
		. join('', map { "INSERT INTO desk.stock_location (location, kind) VALUES ('$_', '$kind{$_}');" } sort keys %kind));
}

# The steps as one psql script; returns for each SQLSTATE, rows and digest.
sub run_steps
{
	my ($db, @steps) = @_;
	my $script = "\\set VERBOSITY sqlstate\nSET client_min_messages = error;\nPREPARE digest AS SELECT md5(c) FROM ($contents) c(c);\n";

	$script .= 'SET aftersales.now = ' . time_of($_->{at}) . ";\n$_->{sql}\n\\echo = :SQLSTATE :ROW_COUNT\nEXECUTE digest;\n" foreach @steps;
	PostgreSQL::Test::Utils::append_to_file("$dir/$db.sql", $script);
	my ($out, $err) = run_command([ 'psql', '-XAtq', '-f', "$dir/$db.sql", '-d', $node->connstr($db) ]);
	return map { [ split / |\n/, $_ ] } grep { length } split /^= /m, $out;
}

my $steps = play($STEPS);
new_ledger('ledger');
my @got = run_steps('ledger', @$steps);
is(scalar @got, $STEPS, 'all statements were run');

# ---------- step by step ----------

my ($first, %count);
foreach my $n (0 .. $#got)
{
	my ($state, $rows, $digest) = @{ $got[$n] };
	my $want = $steps->[$n];
	my @wrong = sort keys %{ $want->{wrong} };
	my $problem = @wrong && $state eq '00000' ? "accepted; reasons against it: @wrong"
	  : !@wrong && $state ne '00000' ? "refused with $state; the model has no reason"
	  : @wrong && !exists $want->{wrong}{$state} ? "refused with $state; reasons: @wrong"
	  : !@wrong && $rows != $want->{rows} ? "$rows rows, not $want->{rows}"
	  : ($digest // '') ne $want->{digest} ? 'other balances or serial numbers' : undef;

	$count{ @wrong ? $state : $want->{rows} == 0 ? 'skipped' : 'done' }++;
	$count{'back-dated, done'}++ if $want->{is_late} && !@wrong;
	$count{'back-dated, SV006'}++ if $want->{is_late} && $state eq 'SV006';
	$count{'many rows, done'}++ if $want->{is_many} && !@wrong;
	next if !defined $problem;
	$first = $n;
	diag('statement ' . ($n + 1) . " at " . time_of($want->{at}) . ": $problem\n$want->{sql}");
	last;
}
is($first, undef, 'the server does as the model, at every statement');
if (defined $first)
{
	play($first + 1);
	my %model = map { $_ => 1 } split /\n/, contents_of_model();
	new_ledger('again');
	run_steps('again', @$steps[ 0 .. $first ]);
	my %server = map { $_ => 1 } split /\n/, $node->safe_psql('again', $contents);
	diag(join("\n", 'what differs afterwards:', (map { "model:  $_" } grep { !$server{$_} } sort keys %model), (map { "server: $_" } grep { !$model{$_} } sort keys %server)));
}
else
{
	ledger_ok($node, 'ledger', 'desk', 'in the end');
	is($node->safe_psql('ledger', q{SELECT concat_ws('|', move_id, part_no, quantity, from_location, to_location, from_condition, to_condition, owner, serial_no, purpose,
			reversal_of, external_ref, extract(epoch FROM happened_at)::bigint) FROM desk.stock_move ORDER BY move_id}),
		join("\n", map { my $m = $move{$_}; join('|', grep { defined } @$m{qw(id part)}, decimal($m->{quantity}),
					@$m{qw(from to from_condition to_condition owner serial purpose reversal_of ref)}, $START + $m->{at}) } sort { $a <=> $b } @ids),
		'every move is as in the model');

	# what was where, then and now
	my %at = map { $_ => 1 } -200, $now, $now + 10, map { $now - any($now + 200) } 1 .. 30;
	my @at = sort { $a <=> $b } keys %at;
	my $instants = join(', ', map { '(' . time_of($_) . '::timestamptz)' } @at);
	is($node->safe_psql('ledger', qq{SELECT extract(epoch FROM at)::bigint - $START, location, part_no, condition, owner, quantity
			FROM (VALUES $instants) v(at), aftersales.stock_at(at) ORDER BY 1, (location, part_no, condition, owner)::text COLLATE "C"}),
		join("\n", map { my $at = $_; model_at($at) } @at), 'stock_at() tells of the past what the model does');
	cmp_ok($count{$_} || 0, '>=', $STEPS / 1000, "enough of: $_") foreach 'done', 'skipped', 'back-dated, done', 'back-dated, SV006', 'many rows, done', qw(SV004 SV005 SV006 SV010 SV013 23505);
}
note("$_: $count{$_}") foreach sort keys %count;

$node->stop;
done_testing();
