#!/bin/sh
# The main job, end to end, on the export of a made-up organisation: plan, apply, look, plan again, undo.
# Usage: demo.sh [DIRECTORY]   (default: a new temporary one; it is kept, so that you can look around)
set -eu

examples=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
site=${1:-$(mktemp -d)/site}

run() {
    printf '\n\033[2m$ jitsi-migrate'
    printf ' %s' "$@"
    printf '\033[0m\n'
    # 6 says that some rows have errors: the demo has such rows on purpose.
    jitsi-migrate "$@" || [ $? -eq 6 ]
}

run --version
run init --site "$site" --server meet.example.org
run --site "$site" plan "$examples"/zoom/*.csv --timezone Europe/Berlin --since 2027-01-01
run --site "$site" apply "$site/plan.json" --partial
run --site "$site" plan "$examples"/zoom/*.csv --timezone Europe/Berlin --since 2027-01-01 --quiet
run --site "$site" status
printf '\nLook at what was made:\n'
find "$site/calendars" "$site/runs" -type f | sort | sed 's/^/  /'
printf '\nUndo everything with:\n  %s --site %s undo last\n' "$(command -v jitsi-migrate)" "$site"
