-- The books: what the agency decided, wrote and did. Times are milliseconds since 1970 in UTC, dates are days since
-- 1970, costs are nano-units (1e-9), amounts on documents are minor units, rates and percentages are decimal text.

CREATE TABLE gateway (
    id                INTEGER PRIMARY KEY,
    name              TEXT NOT NULL UNIQUE COLLATE NOCASE,
    product           TEXT NOT NULL,
    base_url          TEXT NOT NULL,
    currency          TEXT NOT NULL,
    vault_ref         TEXT,
    read_vault_ref    TEXT,
    status            TEXT NOT NULL CHECK (status IN ('active', 'paused', 'removed')),
    version           TEXT,
    rights            TEXT,
    capability        TEXT,
    findings          TEXT,
    clock_skew_millis INTEGER,
    probed_at         INTEGER,
    error             TEXT,
    error_at          INTEGER,
    created_at        INTEGER NOT NULL
) STRICT;

CREATE TABLE client (
    id          INTEGER PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE COLLATE NOCASE,
    currency    TEXT NOT NULL,
    zone        TEXT NOT NULL,
    status      TEXT NOT NULL CHECK (status IN ('active', 'paused', 'closed')),
    legal_name  TEXT NOT NULL,
    street      TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city        TEXT NOT NULL,
    country     TEXT NOT NULL,
    tax_id      TEXT NOT NULL,
    email       TEXT NOT NULL,
    terms_days  INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
) STRICT;

-- An account that usage named before any listing did has no seen_at. The account '' of a gateway takes usage that
-- the gateway attributes to nobody.
CREATE TABLE account (
    id                  INTEGER PRIMARY KEY,
    gateway             INTEGER NOT NULL REFERENCES gateway (id),
    external_id         TEXT NOT NULL,
    client              INTEGER REFERENCES client (id),
    mark                TEXT,
    name                TEXT NOT NULL,
    models              TEXT,
    budget_nanos        INTEGER,
    budget_currency     TEXT,
    budget_period       TEXT,
    budget_warn_at      TEXT,
    requests_per_minute INTEGER,
    tokens_per_minute   INTEGER,
    parallel            INTEGER,
    paused              INTEGER NOT NULL CHECK (paused IN (0, 1)),
    spent_nanos         INTEGER,
    resets_at           INTEGER,
    seen_at             INTEGER,
    gone_at             INTEGER,
    UNIQUE (gateway, external_id)
) STRICT;
CREATE INDEX account_client ON account (client);

CREATE TABLE key (
    id                  INTEGER PRIMARY KEY,
    gateway             INTEGER NOT NULL REFERENCES gateway (id),
    external_id         TEXT NOT NULL,
    account             INTEGER REFERENCES account (id),
    mark                TEXT,
    label               TEXT NOT NULL,
    fingerprint         TEXT,
    name                TEXT NOT NULL,
    environment         TEXT NOT NULL CHECK (environment IN ('prod', 'staging', 'dev', 'other')),
    scope               TEXT NOT NULL CHECK (scope IN ('inference', 'read_only', 'full')),
    models              TEXT,
    budget_nanos        INTEGER,
    budget_currency     TEXT,
    budget_period       TEXT,
    budget_warn_at      TEXT,
    requests_per_minute INTEGER,
    tokens_per_minute   INTEGER,
    parallel            INTEGER,
    expires_at          INTEGER,
    status              TEXT NOT NULL CHECK (status IN ('active', 'paused', 'expired', 'revoked')),
    spent_nanos         INTEGER,
    resets_at           INTEGER,
    created_at          INTEGER,
    seen_at             INTEGER,
    gone_at             INTEGER,
    UNIQUE (gateway, external_id)
) STRICT;
CREATE INDEX key_account ON key (account);
CREATE TRIGGER key_is_kept BEFORE DELETE ON key BEGIN
    SELECT RAISE(ABORT, 'rule: a key is kept for its history');
END;

CREATE TABLE cursor (
    gateway          INTEGER NOT NULL REFERENCES gateway (id),
    resource         TEXT NOT NULL,
    point            TEXT,
    complete_through INTEGER,
    pulled_at        INTEGER,
    tried_at         INTEGER NOT NULL,
    error            TEXT,
    PRIMARY KEY (gateway, resource)
) STRICT, WITHOUT ROWID;

CREATE TABLE price_version (
    id             INTEGER PRIMARY KEY,
    effective_from INTEGER NOT NULL,
    note           TEXT NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE price_rule (
    id       INTEGER PRIMARY KEY,
    version  INTEGER NOT NULL REFERENCES price_version (id),
    client   INTEGER REFERENCES client (id),
    gateway  INTEGER REFERENCES gateway (id),
    pattern  TEXT NOT NULL,
    charge   TEXT NOT NULL,
    per_cent TEXT,
    currency TEXT
) STRICT;
CREATE INDEX price_rule_version ON price_rule (version);

CREATE TABLE price_rate (
    rule  INTEGER NOT NULL REFERENCES price_rule (id),
    meter TEXT NOT NULL,
    rate  TEXT NOT NULL,
    PRIMARY KEY (rule, meter)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER price_version_is_final BEFORE UPDATE ON price_version BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;
CREATE TRIGGER price_version_is_kept BEFORE DELETE ON price_version BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;
CREATE TRIGGER price_rule_is_final BEFORE UPDATE ON price_rule BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;
CREATE TRIGGER price_rule_is_kept BEFORE DELETE ON price_rule BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;
CREATE TRIGGER price_rate_is_final BEFORE UPDATE ON price_rate BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;
CREATE TRIGGER price_rate_is_kept BEFORE DELETE ON price_rate BEGIN
    SELECT RAISE(ABORT, 'rule: a price version never changes');
END;

CREATE TABLE invoice_series (
    series TEXT PRIMARY KEY,
    last   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- live: counts for its client and period. A finalised credit note ends that for itself and for what it corrects.
CREATE TABLE invoice (
    id            INTEGER PRIMARY KEY,
    client        INTEGER NOT NULL REFERENCES client (id),
    kind          TEXT NOT NULL CHECK (kind IN ('invoice', 'credit_note')),
    status        TEXT NOT NULL CHECK (status IN ('draft', 'final')),
    live          INTEGER NOT NULL CHECK (live IN (0, 1)),
    corrects      INTEGER REFERENCES invoice (id),
    first_day     INTEGER NOT NULL,
    last_day      INTEGER NOT NULL CHECK (last_day >= first_day),
    currency      TEXT NOT NULL,
    net           INTEGER NOT NULL,
    tax           INTEGER NOT NULL,
    gross         INTEGER NOT NULL CHECK (gross = net + tax),
    snapshot      TEXT NOT NULL,
    series        TEXT,
    number        INTEGER,
    label         TEXT,
    issued_on     INTEGER,
    due_on        INTEGER,
    created_at    INTEGER NOT NULL,
    changed_at    INTEGER NOT NULL,
    finalised_at  INTEGER,
    UNIQUE (series, number),
    CHECK ((kind = 'credit_note') = (corrects IS NOT NULL)),
    CHECK ((status = 'final') = (number IS NOT NULL)),
    CHECK ((number IS NULL) = (series IS NULL) AND (number IS NULL) = (label IS NULL)
           AND (number IS NULL) = (issued_on IS NULL) AND (number IS NULL) = (due_on IS NULL)
           AND (number IS NULL) = (finalised_at IS NULL))
) STRICT;
CREATE UNIQUE INDEX invoice_period ON invoice (client, first_day, last_day, kind) WHERE live = 1;
CREATE INDEX invoice_corrects ON invoice (corrects) WHERE corrects IS NOT NULL;

CREATE TRIGGER invoice_is_final BEFORE UPDATE ON invoice
WHEN OLD.status = 'final' AND NOT (
    OLD.live = 1 AND NEW.live = 0 AND NEW.status = 'final'
    AND NEW.id = OLD.id AND NEW.client = OLD.client AND NEW.kind = OLD.kind AND NEW.corrects IS OLD.corrects
    AND NEW.first_day = OLD.first_day AND NEW.last_day = OLD.last_day AND NEW.currency = OLD.currency
    AND NEW.net = OLD.net AND NEW.tax = OLD.tax AND NEW.gross = OLD.gross AND NEW.snapshot = OLD.snapshot
    AND NEW.series = OLD.series AND NEW.number = OLD.number AND NEW.label = OLD.label
    AND NEW.issued_on = OLD.issued_on AND NEW.due_on = OLD.due_on AND NEW.created_at = OLD.created_at
    AND NEW.changed_at = OLD.changed_at AND NEW.finalised_at = OLD.finalised_at)
BEGIN
    SELECT RAISE(ABORT, 'rule: a final invoice never changes; correct it with a credit note');
END;
CREATE TRIGGER invoice_is_kept BEFORE DELETE ON invoice WHEN OLD.status = 'final' BEGIN
    SELECT RAISE(ABORT, 'rule: a final invoice never changes; correct it with a credit note');
END;

CREATE TABLE invoice_document (
    invoice    INTEGER NOT NULL REFERENCES invoice (id),
    kind       TEXT NOT NULL,
    file_name  TEXT NOT NULL,
    media_type TEXT NOT NULL,
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
    created_at INTEGER NOT NULL,
    body       BLOB NOT NULL,
    PRIMARY KEY (invoice, kind)
) STRICT;
CREATE TRIGGER invoice_document_is_of_a_final_invoice BEFORE INSERT ON invoice_document
WHEN (SELECT status FROM invoice WHERE id = NEW.invoice) IS NOT 'final' BEGIN
    SELECT RAISE(ABORT, 'rule: a draft has no documents; finalise the invoice first');
END;
CREATE TRIGGER invoice_document_is_final BEFORE UPDATE ON invoice_document BEGIN
    SELECT RAISE(ABORT, 'rule: a document of a final invoice never changes');
END;
CREATE TRIGGER invoice_document_is_kept BEFORE DELETE ON invoice_document BEGIN
    SELECT RAISE(ABORT, 'rule: a document of a final invoice never changes');
END;

CREATE TABLE invoice_payment (
    id          INTEGER PRIMARY KEY,
    invoice     INTEGER NOT NULL REFERENCES invoice (id),
    paid_on     INTEGER NOT NULL,
    amount      INTEGER NOT NULL,
    note        TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX invoice_payment_invoice ON invoice_payment (invoice);

-- An intent has neither intent nor outcome; the row that ends it names it. A local act is one row with an outcome.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY,
    intent  INTEGER REFERENCES audit (id),
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    action  TEXT NOT NULL,
    mark    TEXT,
    gateway INTEGER,
    client  INTEGER,
    account INTEGER,
    key     INTEGER,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL,
    outcome TEXT CHECK (outcome IN ('done', 'refused', 'unknown', 'abandoned')),
    hash    BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
CREATE INDEX audit_intent ON audit (intent) WHERE intent IS NOT NULL;
CREATE INDEX audit_open ON audit (id) WHERE intent IS NULL AND outcome IS NULL;
CREATE INDEX audit_client ON audit (client, id) WHERE client IS NOT NULL;
CREATE INDEX audit_key ON audit (key, id) WHERE key IS NOT NULL;
CREATE TRIGGER audit_is_final BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'rule: the audit log is append-only');
END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN
    SELECT RAISE(ABORT, 'rule: the audit log is append-only');
END;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE import_mapping (
    signature TEXT PRIMARY KEY,
    name      TEXT NOT NULL,
    mapping   TEXT NOT NULL,
    used_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
