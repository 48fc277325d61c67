-- A client's ledger: double entry, append-only. Amounts are decimal text, exact to the last digit; a debit is above zero.
-- Times are UTC milliseconds, days are days since 1970. Entries and lots are numbered per client, from 1 without gaps;
-- key is what must not happen twice; place is a posting's place in its entry. day to quantities are the receipt of a charge: what it is for.
CREATE TABLE ledger_entry (
    id            INTEGER PRIMARY KEY,
    client        INTEGER NOT NULL REFERENCES client (id),
    number        INTEGER NOT NULL CHECK (number > 0),
    posted_at     INTEGER NOT NULL,
    valued_at     INTEGER NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('deposit', 'promotion', 'charge', 'refund', 'adjustment',
                      'carry_forward', 'expiry', 'reversal')),
    key           TEXT NOT NULL,
    reason        TEXT NOT NULL,
    currency      TEXT NOT NULL,
    day           INTEGER,
    gateway       INTEGER REFERENCES gateway (id),
    model         TEXT,
    price_version INTEGER REFERENCES price_version (id),
    rule          TEXT,
    quantities    TEXT,
    UNIQUE (client, number),
    UNIQUE (client, key),
    CHECK (kind NOT IN ('charge', 'reversal') OR day IS NOT NULL),
    CHECK (kind NOT IN ('refund', 'adjustment') OR trim(reason) <> ''),
    CHECK ((day IS NULL) = (gateway IS NULL) AND (day IS NULL) = (model IS NULL)
           AND (day IS NULL) = (price_version IS NULL) AND (day IS NULL) = (rule IS NULL)
           AND (day IS NULL) = (quantities IS NULL))
) STRICT;

CREATE TABLE ledger_posting (
    entry  INTEGER NOT NULL REFERENCES ledger_entry (id),
    place  INTEGER NOT NULL,
    pot    TEXT NOT NULL,
    amount TEXT NOT NULL,
    PRIMARY KEY (entry, place),
    UNIQUE (entry, pot)
) STRICT, WITHOUT ROWID;

CREATE TABLE ledger_lot (
    entry       INTEGER PRIMARY KEY REFERENCES ledger_entry (id),
    client      INTEGER NOT NULL REFERENCES client (id),
    number      INTEGER NOT NULL CHECK (number > 0),
    kind        TEXT NOT NULL CHECK (kind IN ('paid', 'bonus', 'free')),
    amount      TEXT NOT NULL,
    credited_at INTEGER NOT NULL,
    expires_at  INTEGER,
    models      TEXT,
    UNIQUE (client, number),
    CHECK (kind <> 'paid' OR (expires_at IS NULL AND models IS NULL))
) STRICT;

CREATE TRIGGER ledger_entry_is_final BEFORE UPDATE ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'rule: a ledger entry never changes; post another one that corrects it');
END;
CREATE TRIGGER ledger_entry_is_kept BEFORE DELETE ON ledger_entry BEGIN
    SELECT RAISE(ABORT, 'rule: a ledger entry never changes; post another one that corrects it');
END;
CREATE TRIGGER ledger_entry_is_next BEFORE INSERT ON ledger_entry
WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM ledger_entry WHERE client = NEW.client) BEGIN
    SELECT RAISE(ABORT, 'rule: the ledger was posted to meanwhile; try again');
END;
CREATE TRIGGER ledger_posting_is_of_the_last_entry BEFORE INSERT ON ledger_posting
WHEN EXISTS (SELECT 1 FROM ledger_entry entry JOIN ledger_entry later
             ON later.client = entry.client AND later.number > entry.number WHERE entry.id = NEW.entry) BEGIN
    SELECT RAISE(ABORT, 'rule: a ledger entry never changes; post another one that corrects it');
END;
CREATE TRIGGER ledger_posting_is_final BEFORE UPDATE ON ledger_posting BEGIN
    SELECT RAISE(ABORT, 'rule: a ledger entry never changes; post another one that corrects it');
END;
CREATE TRIGGER ledger_posting_is_kept BEFORE DELETE ON ledger_posting BEGIN
    SELECT RAISE(ABORT, 'rule: a ledger entry never changes; post another one that corrects it');
END;
CREATE TRIGGER ledger_lot_is_final BEFORE UPDATE ON ledger_lot BEGIN
    SELECT RAISE(ABORT, 'rule: a lot of credit never changes; what is left of it is what was posted');
END;
CREATE TRIGGER ledger_lot_is_kept BEFORE DELETE ON ledger_lot BEGIN
    SELECT RAISE(ABORT, 'rule: a lot of credit never changes; what is left of it is what was posted');
END;

-- Clients that pay in advance: the local days that are charged to their ledgers. Without a row a client is invoiced.
CREATE TABLE prepaid (
    client    INTEGER PRIMARY KEY REFERENCES client (id),
    first_day INTEGER NOT NULL,
    last_day  INTEGER CHECK (last_day >= first_day - 1)
) STRICT;
