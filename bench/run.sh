#!/usr/bin/env bash
# make bench: what enforcement costs, as ratios of medians.
#
#   BENCH_SCALE    share of the full number of rows in each measurement; default 1
#   BENCH_ROUNDS   rounds; default 7
#   BENCH_WORKS    which measurements; default
#                  "lifecycle bulk events fresh warranty sweep worktime memory stock stock_bulk"
#
# Compared are one desk as create_desk() makes it (enforced), the same tables
# written by plain statements (bare.sql), and the same rules as PL/pgSQL
# triggers (plpgsql.sql, and with its conditions compiled in and working time
# counted by aftersales, plpgsql_fixed.sql).
# All start from the same 20,000 tickets, clustered and analysed, and are first
# shown to leave equal rows.
#
# Method: one session; in each round every way does the same work with the same
# input, one after the other, so that what disturbs one disturbs all; time is
# taken in the server around one call. What a bulk statement wrote is rolled
# back and vacuumed away before the next way has its turn.  For the ledger, which
# has a method of its own, see stock.sh.
#
# Uses the database libpq's variables name, which must be empty.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

scale=${BENCH_SCALE:-1}
rounds=${BENCH_ROUNDS:-7}
ticket_works=(lifecycle bulk events fresh warranty sweep worktime memory)
stock_works=(stock stock_bulk)
works=${BENCH_WORKS:-${ticket_works[*]} ${stock_works[*]}}

# scaled NUMBER: that share of it, at least 20.
scaled() { awk -v n="$1" -v s="$scale" 'BEGIN { n = int(n * s); print n < 20 ? 20 : n }'; }

seeded=20000
lifecycles=$(scaled 2000)
bulk=$(scaled 200000)
bulk_slow=$(scaled 5000)
calls=$(scaled 2000)
logged=$(scaled 20000)
in_one_session=$(scaled 20000)
claims=$(scaled 100000)
claims_slow=$(scaled 10000)
running=$(scaled 1000000)
sweeps=$(scaled 1000)
due=1000
updates=$(scaled 100000)

desks=(b_enforced b_bare b_plpgsql b_fixed)
declare -A way=(
    [b_enforced]=enforced
    [b_bare]=bare
    [b_plpgsql]=PL/pgSQL
    [b_fixed]="PL/pgSQL, conditions compiled in"
    [b_fresh]="enforced, fresh desk"
    [b_rule]="PL/pgSQL, nothing recorded"
    [b_sweep]=sweep
    [b_swept]=bare
)

session() { psql -Xq -v ON_ERROR_STOP=1 -P pager=off "$@"; }
say() { printf '==> %s\n' "$*" >&2; }
# wanted WORK…: is any of them?
wanted() {
    local work
    for work; do
        case " $works " in *" $work "*) return 0 ;; esac
    done
    return 1
}

# on DESK FILE…: the files with the desk's name put in.
on() {
    local desk=$1
    shift
    sed "s/@desk@/$desk/g" "$@"
}

# Greatest number of inputs any measurement asks for.
inputs() {
    local most=$((seeded + 200 + rounds * lifecycles)) n
    for n in "$bulk" $((seeded + rounds * in_one_session)); do
        if [ "$n" -gt "$most" ]; then most=$n; fi
    done
    echo "$most"
}

. ./stock.sh

setup() {
    {
        echo "SET client_min_messages = warning; CREATE EXTENSION aftersales; CREATE SCHEMA bench;"
        cat measure.sql
    } | session -o /dev/null
}

ticket_setup() {
    local desk
    say "policy, desks, $seeded tickets each"
    {
        echo "SET client_min_messages = warning;"
        cat policy.sql
        echo "\\set inputs $(inputs)"
        cat input.sql check.sql worktime_loop.sql
        echo "SELECT aftersales.create_desk('b_enforced');"
        on b_enforced drive.sql
        # most are over, some have just been opened
        echo "SELECT bench.lifecycles_b_enforced(1, $((seeded * 9 / 10)));"
        echo "INSERT INTO b_enforced.ticket (ticket_type, category, area, attributes, happened_at)
              SELECT 'fault', category, area, attributes, opened_at FROM bench.input
              WHERE i > $((seeded * 9 / 10)) AND i <= $seeded ORDER BY i;"
        for desk in b_bare b_plpgsql b_fixed; do on "$desk" untriggered.sql copy.sql; done
        on b_bare bare.sql
        on b_plpgsql plpgsql.sql drive.sql
        on b_fixed plpgsql.sql plpgsql_fixed.sql drive.sql
    } | session -o /dev/null
}

settle() {
    local desk
    for desk; do on "$desk" settle.sql; done
}

# The same rows by every way?
check() {
    local desk
    say "do all ways leave equal rows?"
    {
        echo "BEGIN; \\o /dev/null"
        for desk in "${desks[@]}"; do
            echo "SELECT bench.lifecycles_$desk($((seeded + 1)), $((seeded + 200))),
                         bench.lifecycles_$desk(2501, 2700, 'repair'),
                         bench.bulk_insert_$desk(500), bench.bulk_submit_$desk(400), bench.bulk_dispatch_$desk(300);"
        done
        echo "\\o"
        echo "SELECT * FROM bench.compare('lifecycles and bulk statements', '{b_bare,b_plpgsql,b_fixed}');"
        echo "\\o /dev/null"
        for desk in b_enforced b_bare; do
            echo "SELECT bench.calls_$desk($((seeded - 199)), $seeded), bench.log_$desk(200);"
        done
        echo "\\o"
        echo "SELECT * FROM bench.compare('events of applications', '{b_bare}');"
        echo "ROLLBACK;"
        settle "${desks[@]}"
    } | session
}

# measure WORK DESK ROUND N CALL [WAY]
measure() {
    echo "SELECT bench.measure('$1', '${6:-${way[$2]}}', $3, $4, '$5');"
}

lifecycle() {
    local round desk first
    for desk in "${desks[@]}"; do
        echo "SELECT bench.lifecycles_$desk(1, 20), bench.lifecycles_$desk(1, 20, 'repair');"
    done
    for round in $(seq "$rounds"); do
        first=$((seeded + 201 + (round - 1) * lifecycles))
        for desk in "${desks[@]}"; do
            measure lifecycle "$desk" "$round" "$lifecycles" \
                "bench.lifecycles_$desk($first, $((first + lifecycles - 1)))"
        done
        for desk in "${desks[@]}"; do
            measure "lifecycle, working time" "$desk" "$round" "$lifecycles" \
                "bench.lifecycles_$desk($first, $((first + lifecycles - 1)), ''repair'')"
        done
    done
}

# rolled_back DESK ROUND (WORK N CALL)…: calls one after the other in one
# transaction that is undone.
rolled_back() {
    local desk=$1 round=$2 i=0 keep=
    shift 2
    echo "BEGIN;"
    while [ $# -gt 0 ]; do
        i=$((i + 1))
        echo "SELECT bench.ms_of('$3') AS ms$i \\gset"
        keep+="INSERT INTO bench.timing VALUES ('$1', '${way[$desk]}', $round, $2, :ms$i);"
        shift 3
    done
    echo "ROLLBACK; $keep"
    echo "VACUUM $desk.ticket, $desk.ticket_event, $desk.sla_clock;"
}

bulk() {
    local round desk n
    for round in $(seq "$rounds"); do
        for desk in b_enforced b_bare b_plpgsql; do
            n=$bulk
            [ "$desk" != b_plpgsql ] || n=$bulk_slow
            rolled_back "$desk" "$round" \
                "bulk insert" "$n" "bench.bulk_insert_$desk($n)" \
                "bulk move that starts a clock" "$n" "bench.bulk_submit_$desk($n)" \
                "bulk move that stops a clock" "$n" "bench.bulk_dispatch_$desk($n)"
        done
    done
}

events() {
    local round desk
    for round in $(seq "$rounds"); do
        for desk in b_enforced b_bare; do
            rolled_back "$desk" "$round" "events of calls, one by one" $((2 * calls)) \
                "bench.calls_$desk($((seeded - calls + 1)), $seeded)"
        done
        for desk in b_enforced b_bare; do
            rolled_back "$desk" "$round" "events, one statement" $((5 * logged)) "bench.log_$desk($logged)"
        done
    done
}

# A desk made in this very session, against the seeded one.
fresh() {
    local round last
    for round in $(seq "$rounds"); do
        last=$((seeded + round * in_one_session))
        echo "DROP SCHEMA IF EXISTS b_fresh, b_fresh_bi CASCADE;"
        echo "SELECT aftersales.create_desk('b_fresh');"
        [ "$round" -gt 1 ] || on b_fresh drive.sql
        measure "lifecycles in one session" b_fresh "$round" "$in_one_session" \
            "bench.lifecycles_b_fresh($((last - in_one_session + 1)), $last)"
        measure "lifecycles in one session" b_enforced "$round" "$in_one_session" \
            "bench.lifecycles_b_enforced($((last - in_one_session + 1)), $last)" "enforced, seeded desk"
    done
}

# One UPDATE that gives claims their cause and so classifies them all.
warranty() {
    local round desk n
    on b_rule untriggered.sql
    echo "\\set claims $claims"
    cat warranty.sql
    for desk in b_bare b_plpgsql b_rule; do on "$desk" warranty_copy.sql; done
    for desk in b_plpgsql b_rule; do on "$desk" warranty_plpgsql.sql; done
    for desk in b_enforced b_bare b_plpgsql b_rule; do
        echo "CLUSTER $desk.ticket USING ticket_pkey; VACUUM ANALYZE $desk.ticket, $desk.ticket_event, $desk.event_private, $desk.product_unit, $desk.unit_part;"
    done
    echo "SELECT bench.same_claims(2000);"
    for round in $(seq "$rounds"); do
        for desk in b_enforced b_bare b_plpgsql b_rule; do
            n=$claims
            [ "$desk" != b_plpgsql ] || n=$claims_slow
            rolled_back "$desk" "$round" "bulk classification" "$n" "bench.bulk_causes_$desk($n)"
            echo "VACUUM $desk.event_private;"
        done
    done
}

# breaches WORK KIND ROUND: what has become late in three hours; undone.
breaches() {
    local desk keep=
    echo "BEGIN; SELECT bench.open_orders('$2', $due);"
    echo "SELECT set_config('aftersales.now', (now() + interval '3 hours')::text, true);"
    for desk in b_sweep b_swept; do
        echo "SELECT bench.ms_of('bench.breach_$desk(''$2'', $due)') AS ms_$desk \\gset"
        keep+="INSERT INTO bench.timing VALUES ('$1', '${way[$desk]}', $3, $due, :ms_$desk);"
    done
    [ "$3" -gt 1 ] || echo "SELECT bench.same('b_sweep', 'b_swept', '$1');"
    echo "ROLLBACK; $keep"
    for desk in b_sweep b_swept; do
        echo "VACUUM $desk.ticket, $desk.ticket_event, $desk.sla_clock, $desk.sla_breach, $desk.sla_escalation, $desk.outbox;"
    done
}

sweep() {
    local round
    echo "SELECT aftersales.create_desk('b_sweep'), aftersales.create_desk('b_small');"
    on b_swept untriggered.sql
    cat sweep.sql
    cat <<-SQL
	SELECT bench.run_clocks('b_sweep', $running), bench.run_clocks('b_swept', $running), bench.run_clocks('b_small', 4000);
	VACUUM ANALYZE b_sweep.sla_clock, b_swept.sla_clock, b_small.sla_clock;
	\warn '    $running running clocks'
	SELECT bench.sweeps('b_sweep', 20), bench.sweeps('b_small', 20), bench.lookups(20);
	SQL
    for round in $(seq "$rounds"); do
        measure "idle sweep" - "$round" "$sweeps" "bench.sweeps(''b_sweep'', $sweeps)" "many running clocks"
        measure "idle sweep" - "$round" "$sweeps" "bench.sweeps(''b_small'', $sweeps)" "4,000 running clocks"
        measure "idle sweep" - "$round" "$sweeps" "bench.lookups($sweeps)" "look-up by primary key"
        breaches "sweep of new breaches" order "$round"
        breaches "the same with two escalations each" watched "$round"
    done
}

# Working time against generate_series and a PL/pgSQL loop; shows its own report.
worktime() {
    local round
    cat worktime.sql
    for round in $(seq "$rounds"); do cat worktime_run.sql; done
    echo "\\o"
    cat worktime_report.sql
    echo "\\o /dev/null"
}

memory() {
    cat <<-SQL
	CALL bench.updates(1000);
	SELECT contexts AS contexts0, bytes AS bytes0 FROM bench.memory \\gset
	CALL bench.updates($updates);
	\\o
	\\echo
	\\echo 'Memory of the backend before and after $updates enforced updates'
	SELECT :contexts0 AS contexts_before, contexts AS contexts_after, :bytes0 AS bytes_before, bytes AS bytes_after,
	       CASE WHEN bytes <= :bytes0 * 1.02 THEN 'flat' ELSE 'NOT FLAT' END AS verdict
	FROM bench.memory;
	\\o /dev/null
	SQL
}

sound() {
    cat <<-SQL
	\\o
	\\echo
	\\echo 'Events of b_enforced whose hash does not fit'
	SELECT count(*) FROM aftersales.verify_audit(desk => 'b_enforced');
	SQL
}

ticket_run() {
    local work
    ticket_setup
    check
    {
        echo "SET client_min_messages = warning;"
        echo "\\o /dev/null"
        for work in "${ticket_works[@]}"; do
            wanted "$work" || continue
            echo "\\warn '==> $work, $rounds rounds'"
            "$work"
        done
        sound
    } | session
}

stock_run() {
    local work
    stock_setup
    for work in "${stock_works[@]}"; do
        wanted "$work" || continue
        say "$work, $rounds rounds"
        "$work"
    done
    stock_sound
}

SECONDS=0
setup
if wanted "${ticket_works[@]}"; then ticket_run; fi
if wanted "${stock_works[@]}"; then stock_run; fi
session -f report.sql
echo "PL/pgSQL counts working time in a loop of its own, with conditions compiled in by add_working_time()."
echo "Method: one session, ways in turn, $rounds rounds, scale $scale; PostgreSQL $(session -At -c 'SHOW server_version')."
say "$((SECONDS / 60)) min $((SECONDS % 60)) s"
