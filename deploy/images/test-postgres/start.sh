#!/bin/bash
# Makes the database cluster at the first start, then becomes the command that was asked.
set -euo pipefail

if [ ! -d "$PGDATA" ]; then
    # Made beside and moved into place whole: a container that is killed meanwhile leaves nothing half made.
    unfinished=$PGDATA.unfinished
    rm -rf "$unfinished"
    read -ra asked <<<"${POSTGRES_INITDB_ARGS:-}"
    initdb --pgdata="$unfinished" --username="${POSTGRES_USER:-postgres}" --auth=scram-sha-256 --encoding=UTF8 \
        --pwfile=<(printf '%s' "$POSTGRES_PASSWORD") --no-sync --no-instructions "${asked[@]}"
    echo "host all all all scram-sha-256" >>"$unfinished/pg_hba.conf"
    echo "listen_addresses = '*'" >>"$unfinished/postgresql.conf"
    mv "$unfinished" "$PGDATA"
fi
exec "$@"
