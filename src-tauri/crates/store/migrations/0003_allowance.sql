-- Allowances: periodic budgets that a gateway does not know. Purser gives the holder one period's worth at a time, as a
-- ceiling for its lifetime: base_nanos (what it had spent when the period began) plus amount_nanos. Times are UTC
-- milliseconds; funded_from is the start of the period that was funded last.
CREATE TABLE allowance (
    id           INTEGER PRIMARY KEY,
    account      INTEGER UNIQUE REFERENCES account (id),
    key          INTEGER UNIQUE REFERENCES key (id),
    amount_nanos INTEGER NOT NULL CHECK (amount_nanos >= 0),
    currency     TEXT NOT NULL,
    period       TEXT NOT NULL CHECK (period IN ('daily', 'weekly', 'monthly')),
    warn_at      TEXT NOT NULL,
    base_nanos   INTEGER NOT NULL,
    funded_from  INTEGER NOT NULL,
    CHECK ((account IS NULL) <> (key IS NULL))
) STRICT;
