-- Credit of clients that runs low (S1-16), append-only. The last row of a client and threshold says how it stands: armed, a
-- fall below it will be told; told, it was, and will be again after a top-up. Amounts are decimal text in the ledger's
-- currency, thresholds without trailing zeros; times are UTC milliseconds.
CREATE TABLE balance_notice (
    id        INTEGER PRIMARY KEY,
    client    INTEGER NOT NULL REFERENCES client (id),
    threshold TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('armed', 'told')),
    spendable TEXT NOT NULL,
    currency  TEXT NOT NULL,
    noted_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX balance_notice_client ON balance_notice (client, threshold);
CREATE INDEX balance_notice_told ON balance_notice (id) WHERE state = 'told';

CREATE TABLE balance_notice_seen (
    notice  INTEGER PRIMARY KEY REFERENCES balance_notice (id),
    seen_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER balance_notice_is_final BEFORE UPDATE ON balance_notice BEGIN
    SELECT RAISE(ABORT, 'rule: what was told of a client''s credit never changes');
END;
CREATE TRIGGER balance_notice_is_kept BEFORE DELETE ON balance_notice BEGIN
    SELECT RAISE(ABORT, 'rule: what was told of a client''s credit never changes');
END;
CREATE TRIGGER balance_notice_is_once BEFORE INSERT ON balance_notice
WHEN NEW.state = (SELECT state FROM balance_notice
                  WHERE client = NEW.client AND threshold = NEW.threshold ORDER BY id DESC LIMIT 1) BEGIN
    SELECT RAISE(ABORT, 'rule: this was told already; it is told again after a top-up');
END;
CREATE TRIGGER balance_notice_seen_is_final BEFORE UPDATE ON balance_notice_seen BEGIN
    SELECT RAISE(ABORT, 'rule: what was seen stays seen');
END;
CREATE TRIGGER balance_notice_seen_is_kept BEFORE DELETE ON balance_notice_seen BEGIN
    SELECT RAISE(ABORT, 'rule: what was seen stays seen');
END;
