#!/bin/sh
# Refreshes .sqlx: what the query macros know of the database, so that builds need none. Run it after changing a
# migration or a query. Needs the sqlite3 command line. With --check it fails when .sqlx was not current.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat migrations/*.sql | sqlite3 "$work/dev.db" >/dev/null
mkdir "$work/sqlx"
# The macros write while they expand, so the crate must be compiled anew.
touch src/lib.rs
SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$work/sqlx" DATABASE_URL="sqlite://$work/dev.db" cargo check --quiet -p store
if [ "${1:-}" = "--check" ]; then
    diff -r "$work/sqlx" .sqlx || { echo "the offline query data are not current: run src-tauri/crates/store/prepare.sh"; exit 1; }
else
    rm -rf .sqlx && cp -r "$work/sqlx" .sqlx
fi
