-- Periods whose charge was too little to invoice (S2-08): it stands on the client's next invoice, and what it comes to is
-- worked out when that is put together, so that late usage is in it. invoice is the final one that charges it.
CREATE TABLE invoice_carry (
    client     INTEGER NOT NULL REFERENCES client (id),
    first_day  INTEGER NOT NULL,
    last_day   INTEGER NOT NULL CHECK (last_day >= first_day),
    carried_at INTEGER NOT NULL,
    invoice    INTEGER REFERENCES invoice (id),
    PRIMARY KEY (client, first_day)
) STRICT, WITHOUT ROWID;

-- What a final invoice turned out to lack (above zero) or to have charged too much, in minor units before tax, and the
-- invoice that makes up for it. Thrown away with a draft.
CREATE TABLE invoice_drift (
    invoice    INTEGER NOT NULL REFERENCES invoice (id),
    settled_on INTEGER NOT NULL REFERENCES invoice (id) ON DELETE CASCADE,
    amount     INTEGER NOT NULL CHECK (amount <> 0),
    PRIMARY KEY (invoice, settled_on),
    CHECK (invoice <> settled_on)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER invoice_drift_is_of_a_final_invoice BEFORE INSERT ON invoice_drift
WHEN (SELECT status FROM invoice WHERE id = NEW.invoice) IS NOT 'final' BEGIN
    SELECT RAISE(ABORT, 'rule: a draft does not drift; it is rated afresh');
END;
CREATE TRIGGER invoice_drift_is_final BEFORE UPDATE ON invoice_drift BEGIN
    SELECT RAISE(ABORT, 'rule: what was settled does not change; discard the draft it stands on');
END;
CREATE TRIGGER invoice_drift_is_settled_on_a_draft BEFORE INSERT ON invoice_drift
WHEN (SELECT status FROM invoice WHERE id = NEW.settled_on) IS NOT 'draft' BEGIN
    SELECT RAISE(ABORT, 'rule: a final invoice never changes; settle it on a draft');
END;
