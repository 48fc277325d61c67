-- Bills of whoever is behind a gateway, to be compared with its usage. They are no usage: no report of usage reads them.

CREATE TABLE bill (
    id          INTEGER PRIMARY KEY,
    gateway     INTEGER NOT NULL REFERENCES gateway (id),
    name        TEXT NOT NULL,
    sha256      BLOB NOT NULL CHECK (length(sha256) = 32),
    lines       INTEGER NOT NULL,
    cost        INTEGER NOT NULL,
    first_day   INTEGER NOT NULL,
    last_day    INTEGER NOT NULL CHECK (last_day >= first_day),
    imported_at INTEGER NOT NULL,
    UNIQUE (gateway, sha256)
) STRICT;

-- origin: as in usage_identity, what makes a line be about a request; without one the bill names none.
CREATE TABLE bill_line (
    bill      INTEGER NOT NULL REFERENCES bill (id),
    line      INTEGER NOT NULL,
    origin    BLOB CHECK (length(origin) = 16),
    request   TEXT,
    at        INTEGER NOT NULL,
    account   TEXT,
    key       TEXT,
    model     TEXT NOT NULL,
    requests  INTEGER NOT NULL,
    tokens    INTEGER NOT NULL,
    cost      INTEGER NOT NULL,
    aborted   INTEGER NOT NULL CHECK (aborted IN (0, 1)),
    repeated  INTEGER NOT NULL CHECK (repeated IN (0, 1)),
    CHECK ((origin IS NULL) = (request IS NULL)),
    PRIMARY KEY (bill, line)
) STRICT, WITHOUT ROWID;
