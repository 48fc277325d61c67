-- One more kind of entry: what is owed goes on an invoice, or comes back with its credit note. A CHECK cannot be changed, so
-- the table is made anew under its own name, where its postings and lots find it again before the transaction ends.
PRAGMA defer_foreign_keys = ON;
CREATE TABLE ledger_entry_before AS SELECT * FROM ledger_entry;
DROP TABLE ledger_entry;
CREATE TABLE ledger_entry (
    id            INTEGER PRIMARY KEY,
    client        INTEGER NOT NULL REFERENCES client (id),
    number        INTEGER NOT NULL CHECK (number > 0),
    posted_at     INTEGER NOT NULL,
    valued_at     INTEGER NOT NULL,
    kind          TEXT NOT NULL CHECK (kind IN ('deposit', 'promotion', 'charge', 'refund', 'adjustment',
                      'carry_forward', 'expiry', 'reversal', 'invoice')),
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
INSERT INTO ledger_entry (id, client, number, posted_at, valued_at, kind, key, reason, currency, day, gateway, model, price_version, rule, quantities)
SELECT id, client, number, posted_at, valued_at, kind, key, reason, currency, day, gateway, model, price_version, rule, quantities
FROM ledger_entry_before ORDER BY id;
DROP TABLE ledger_entry_before;

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
