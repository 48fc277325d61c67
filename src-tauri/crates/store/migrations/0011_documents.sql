-- Documents: the language of a client's, empty for the agency's own; and logos, each under the fingerprint that invoices
-- keep of it. A logo is never changed or removed, so an invoice of years ago still tells which one it had.
ALTER TABLE client ADD COLUMN language TEXT NOT NULL DEFAULT '';

CREATE TABLE logo (
    fingerprint TEXT PRIMARY KEY,
    body        BLOB NOT NULL,
    added_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
