-- Accounts whose raw usage was erased at a client's wish (S0-06): up to this UTC day nothing is kept row by row, and nothing
-- is taken from a gateway again.
CREATE TABLE usage_erasure (
    account     INTEGER PRIMARY KEY REFERENCES account (id),
    through_day INTEGER NOT NULL,
    erased_at   INTEGER NOT NULL
) STRICT;

-- What erased rows that counted add up to, in the grain of the roll-ups: a roll-up is these and the raw rows that are left.
-- day is the client's local date as it was when the rows were erased.
CREATE TABLE erased_model (
    account INTEGER NOT NULL, day INTEGER NOT NULL, model INTEGER NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, images INTEGER NOT NULL,
    video_millis INTEGER NOT NULL, speech_chars INTEGER NOT NULL, audio_millis INTEGER NOT NULL,
    failed INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (account, day, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_key (
    account INTEGER NOT NULL, day INTEGER NOT NULL, key INTEGER NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, images INTEGER NOT NULL,
    video_millis INTEGER NOT NULL, speech_chars INTEGER NOT NULL, audio_millis INTEGER NOT NULL,
    failed INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (account, day, key)
) STRICT, WITHOUT ROWID;
