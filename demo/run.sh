#!/usr/bin/env bash
# demo/run.sh: the demo, in an empty database that libpq's variables name, as
# a superuser, with the extension installed. `make demo` calls it on a server
# of its own. INCIDENT_LOG, when set, names a CSV file to replay at the end.
#
# It only strings the files together; what is shown stands in them.
set -euo pipefail
cd "$(dirname "$0")"

# show TITLE FILE: LOCATION lines name lines of our source, so they stay out
show() {
    printf '\n== %s  (demo/%s)\n\n' "$1" "$2"
    psql -X -f "$2" 2>&1 | sed -u '/^LOCATION: /d; s/^psql:[^ ]*: //'
}

show 'Install: extension, desk, policy, staff' 1_install.sql
show 'One day at the hotline, half hour by half hour' 3_day.sql
show 'How the day went' 4_report.sql
show 'Three statements that are refused' 5_refused.sql
show 'The audit chain' 6_audit.sql
show 'Another company: a repair in warranty, and one that the customer pays' 7_repair.sql
show 'Its spare parts: slips, hand-outs, and the bad part that has to come back' 8_parts.sql

printf '\n== A real incident log, replayed  (demo/incident)\n\n'
if [ -n "${INCIDENT_LOG:-}" ]; then
    # in a database of its own: it starts from nothing as well
    createdb "${PGDATABASE}_incident"
    PGDATABASE=${PGDATABASE}_incident bash incident/run.sh
else
    echo "Skipped: INCIDENT_LOG names no file."
fi

cat <<'TEXT'

== How to go on

  make demo has removed its server. To have the same day on one that stays:

      tools/dev start && eval "$(tools/dev env)"
      createdb hotline && PGDATABASE=hotline bash demo/run.sh && psql hotline

  What you have just seen stands in demo/*.sql, with comments; doc/ has the
  reference, and how-tos for developers, DBAs, analysts and policy authors.
  A desk of your own:

      CREATE EXTENSION aftersales;
      SELECT aftersales.create_desk();
      SELECT aftersales.install_policy('power_hotline');   -- or a policy of your own
TEXT
