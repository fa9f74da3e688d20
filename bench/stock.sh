# shellcheck shell=bash disable=SC2154
# bench/stock.sh: the ledger's measurements; sourced by run.sh.
#
#   stock        pieces moved by 20 clients of pgbench at once, one a transaction
#                and round trip, between 10 or 50 balances; durable is with fsync
#                and synchronous_commit, asynchronous without the latter
#   stock_bulk   many moves in one statement
#
# Compared are a desk as create_desk() makes it (one INSERT a move), the same
# tables with the least that keeps balances right (stock_bare.sql: an ordered
# lock, one INSERT, one UPDATE), and a double-entry ledger in PL/pgSQL of the
# published kind (stock_ledger*.sql).  Each has tables of its own, and the same
# in them.

stock_clients=20
stock_seconds=$(awk -v s="$scale" 'BEGIN { n = int(5 * s + 0.5); print n < 2 ? 2 : n }')
stock_moves=$(scaled 1000000)
stock_ways=(enforced bare ledger lean)
way+=(
    [s_enforced]=enforced
    [s_bare]=bare
    [s_ledger]="PL/pgSQL ledger"
    [s_lean]="PL/pgSQL ledger, lean"
)

# durable yes|as_before: whether the server writes to disk as it would at work.
durable() {
    local name
    for name in fsync full_page_writes; do
        if [ "$1" = yes ]; then echo "ALTER SYSTEM SET $name = on;"; else echo "ALTER SYSTEM RESET $name;"; fi
    done | session
    session -o /dev/null -c "SELECT pg_reload_conf()"
}

stock_setup() {
    say "ledgers with the same stock in them"
    {
        echo "SET client_min_messages = warning; \\o /dev/null"
        echo "\\set moves $stock_moves"
        cat stock_check.sql
        echo "SELECT aftersales.create_desk('s_enforced');"
        on s_enforced stock.sql
        on s_bare untriggered.sql stock_bare.sql
        on s_ledger stock_ledger.sql stock_ledger_published.sql stock_ledger_copy.sql |
            sed 's/@new_key@/text/; s/@key@/text/g'
        on s_lean stock_ledger.sql stock_ledger_lean.sql stock_ledger_copy.sql |
            sed 's/@new_key@/bigint GENERATED ALWAYS AS IDENTITY/; s/@key@/bigint/g'
        echo "SELECT bench.same_stock(200);"
    } | session
}

# stock_once WORK WAY ROUND PARTS COMMIT: all clients at once, for some seconds.
stock_once() {
    local log report latencies
    log=$(mktemp -d)
    report=$(PGOPTIONS="-c synchronous_commit=$5" pgbench --no-vacuum --protocol=prepared --log --log-prefix="$log/move" \
        --client=$stock_clients --jobs=2 --time="$stock_seconds" --define=parts="$4" --file="stock_$2.pgb" 2>&1) ||
        { printf '%s\n' "$report" >&2; return 1; }
    latencies=$(cat "$log"/move.* | awk '{ print $3 }' | sort -n |
        awk '{ us[NR] = $1 } END { print us[NR] / 1000 ", " us[int(NR * 0.999) + 1] / 1000 }')
    rm -r "$log"
    awk -v head="'$1', '${way[s_$2]}', $3" -v late="$latencies" '
        /number of transactions actually processed/ { moves = $NF; sub("/.*", "", moves) }
        /number of failed transactions/ { failed = $5 }
        /^tps/ { tps = $3 }
        END {
            print "INSERT INTO bench.timing VALUES (" head ", " moves ", " 1000 * moves / tps ");"
            print "INSERT INTO bench.stock_run VALUES (" head ", " moves ", " failed + 0 ", " late ");"
        }' <<<"$report" | session
}

stock() {
    local round name parts commit work
    durable yes
    for round in $(seq "$rounds"); do
        for commit in on off; do
            for parts in 1 5; do
                work="moves, $((10 * parts)) balances, $([ $commit = on ] && echo durable || echo asynchronous)"
                for name in "${stock_ways[@]}"; do stock_once "$work" "$name" "$round" "$parts" "$commit"; done
            done
        done
        session -c "VACUUM s_enforced.stock_balance, s_bare.stock_balance, s_ledger.account, s_lean.account"
    done
    durable as_before
}

# Rolled back, so that all start from the same.
stock_bulk() {
    local round name
    {
        echo "\\o /dev/null"
        for round in $(seq "$rounds"); do
            for name in enforced bare; do
                echo "BEGIN;"
                echo "SELECT bench.ms_of('bench.moves_s_$name($stock_moves)') AS ms \\gset"
                echo "ROLLBACK; INSERT INTO bench.timing VALUES ('moves, one statement', '$name', $round, $stock_moves, :ms);"
                echo "VACUUM s_$name.stock_move, s_$name.stock_balance; CHECKPOINT;"
            done
        done
    } | session
    session <<-SQL
	SELECT bench.moves_s_enforced(1000) \\g /dev/null
	SELECT contexts AS contexts0, bytes AS bytes0 FROM bench.memory \\gset
	BEGIN;
	SELECT bench.moves_s_enforced($stock_moves) \\g /dev/null
	ROLLBACK;
	\\echo
	\\echo 'Memory of the backend before and after one statement of $stock_moves moves'
	SELECT :contexts0 AS contexts_before, contexts AS contexts_after, :bytes0 AS bytes_before, bytes AS bytes_after,
	       CASE WHEN bytes <= :bytes0 * 1.02 THEN 'flat' ELSE 'NOT FLAT' END AS verdict, bench.peak_memory() AS peak_mb
	FROM bench.memory;
	VACUUM s_enforced.stock_move, s_enforced.stock_balance;
	SQL
}

stock_sound() {
    session <<-SQL
	\\echo
	\\echo 'Do balances fit the moves?'
	SELECT 'enforced' AS way, * FROM bench.stock_off('s_enforced') UNION ALL
	SELECT 'bare', * FROM bench.stock_off('s_bare') UNION ALL
	SELECT '${way[s_ledger]}', * FROM bench.ledger_off('s_ledger') UNION ALL
	SELECT '${way[s_lean]}', * FROM bench.ledger_off('s_lean');
	\\echo 'What verify_ledger() finds'
	SELECT count(*) FROM aftersales.verify_ledger(desk => 's_enforced');
	SQL
}
