#!/usr/bin/env bash
# demo/incident/run.sh: replays the CSV that INCIDENT_LOG names in an empty
# database that libpq's variables name, and compares. Prints TAP; the result
# is 0 when desk and log agree.
#
# The CSV is the "Incident management process enriched event log" (UCI
# repository), whole or in part. Its columns are found by their names in the
# first line; needed are number, incident_state, opened_at, sys_updated_at and
# reopen_count.
set -euo pipefail
: "${INCIDENT_LOG:?INCIDENT_LOG must name a CSV file}"
log=$(realpath "$INCIDENT_LOG")
cd "$(dirname "$0")"

sql() { psql -X -q -A -t -v ON_ERROR_STOP=1 "$@"; }
bail() { echo "Bail out! $*"; exit 1; }

# The names in the first line, one a line; without byte-order mark and quotes.
columns=$(head -n 1 "$log" | tr -d '\r"' | sed 's/^\xef\xbb\xbf//' | tr ',' '\n')
! grep -qvE '^[a-z_][a-z0-9_]*$' <<<"$columns" || bail "the first line of the log holds no column names"
for name in number incident_state opened_at sys_updated_at reopen_count; do
    grep -qx "$name" <<<"$columns" || bail "the log has no column $name"
done

SECONDS=0
export PGOPTIONS="${PGOPTIONS:-} -c client_min_messages=warning"
definitions=$(sed 's/.*/"&" text/' <<<"$columns" | paste -sd,)
names=$(sed 's/.*/"&"/' <<<"$columns" | paste -sd,)
sql -o /dev/null -c "CREATE EXTENSION aftersales" -c "SELECT aftersales.create_desk()" -c "CREATE SCHEMA incident" \
    -c "CREATE TABLE incident.raw (line_no bigint GENERATED ALWAYS AS IDENTITY, $definitions)"
sql -c "COPY incident.raw ($names) FROM STDIN (FORMAT csv, HEADER)" <"$log"
sql -f policy.sql -f log.sql -f odd.sql -f replay.sql
echo "# replayed in $SECONDS s"
sql -f compare.sql
