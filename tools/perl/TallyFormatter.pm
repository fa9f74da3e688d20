package TallyFormatter;

# What prove prints by itself, and in addition, in the file that TALLY names, one
# line "passed failed skipped" and then the names of the files that failed, one
# a line. prove's own summary counts assertions and broken files in one.

use strict;
use warnings;

# The same choice as prove makes.
our @ISA = (-t STDOUT ? 'TAP::Formatter::Console' : 'TAP::Formatter::File');
require TAP::Formatter::Console;
require TAP::Formatter::File;

sub summary {
    my ($self, $aggregate, @rest) = @_;
    $self->SUPER::summary($aggregate, @rest);

    my ($passed, $failed, $skipped) = (0, 0, 0);
    my @files;
    for my $file ($aggregate->descriptions) {
        my ($parser) = $aggregate->parsers($file);
        my $skips = () = $parser->skipped;
        my $fails = () = $parser->failed;
        my $passes = () = $parser->passed;
        $passed += $passes - $skips;
        $skipped += $skips;
        $skipped++ if $parser->skip_all;

        # A file that died, or broke its plan, is a failure even if all it said was "ok".
        $fails ||= 1 if $parser->exit || $parser->wait || $parser->parse_errors;
        $failed += $fails;
        push @files, $file if $fails;
    }
    open my $out, '>', $ENV{TALLY} or die "$ENV{TALLY}: $!";
    print $out "$_\n" for "$passed $failed $skipped", @files;
    close $out or die "$ENV{TALLY}: $!";
}

1;
