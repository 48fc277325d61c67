-- Routes: what answers calls to a model name behind a gateway, as last listed, and since when each was private. Times are
-- UTC milliseconds; seen_at is the listing that told of it.
CREATE TABLE route (
    id           INTEGER PRIMARY KEY,
    gateway      INTEGER NOT NULL REFERENCES gateway (id),
    model        TEXT NOT NULL,
    price        TEXT NOT NULL CHECK (price IN ('private', 'priced', 'not_told')),
    backups_told INTEGER NOT NULL CHECK (backups_told IN (0, 1)),
    switch_told  INTEGER NOT NULL CHECK (switch_told IN (0, 1)),
    switched_at  INTEGER,
    seen_at      INTEGER NOT NULL,
    UNIQUE (gateway, model),
    CHECK (switched_at IS NULL OR switch_told = 1)
) STRICT;

-- place counts the targets of a route in their order, primary ones first.
CREATE TABLE route_target (
    route      INTEGER NOT NULL REFERENCES route (id) ON DELETE CASCADE,
    place      INTEGER NOT NULL,
    backup     INTEGER NOT NULL CHECK (backup IN (0, 1)),
    upstream   TEXT,
    runs_at    TEXT,
    via        TEXT,
    health     TEXT NOT NULL CHECK (health IN ('healthy', 'unhealthy', 'unknown')),
    checked_at INTEGER,
    PRIMARY KEY (route, place)
) STRICT, WITHOUT ROWID;

-- Stretches in which a model was private, for as long as Purser exists: usage is rated by what was known of its day.
-- starts_at is 0 where the model was private when it was first seen.
CREATE TABLE private_span (
    gateway   INTEGER NOT NULL REFERENCES gateway (id),
    model     TEXT NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at   INTEGER CHECK (ends_at >= starts_at),
    PRIMARY KEY (gateway, model, starts_at)
) STRICT, WITHOUT ROWID;
