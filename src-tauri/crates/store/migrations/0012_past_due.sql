-- What was taken from a key because its client is past due (S2-10), and what it was before, so that payment gives back
-- exactly that (S2-11). Models are as in the table of keys: NULL is every one. what = 'pause' stopped the whole key.
CREATE TABLE past_due_hold (
    id            INTEGER PRIMARY KEY,
    client        INTEGER NOT NULL REFERENCES client (id),
    key           INTEGER NOT NULL REFERENCES key (id),
    what          TEXT NOT NULL CHECK (what IN ('pause', 'models')),
    models_before TEXT,
    models_after  TEXT,
    held_at       INTEGER NOT NULL,
    lifted_at     INTEGER,
    CHECK ((what = 'models') = (models_after IS NOT NULL)),
    CHECK (what = 'models' OR models_before IS NULL)
) STRICT;
CREATE UNIQUE INDEX past_due_hold_key ON past_due_hold (key) WHERE lifted_at IS NULL;
CREATE INDEX past_due_hold_client ON past_due_hold (client) WHERE lifted_at IS NULL;
