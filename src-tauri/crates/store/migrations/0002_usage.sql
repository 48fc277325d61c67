-- Raw usage, and the roll-ups every report reads. Identifiers from gateways are interned as integers.

CREATE TABLE model (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;
INSERT INTO model (id, name) VALUES (0, '');

-- One fetch of statements: a later one restates an earlier one, whatever the order of arrival.
CREATE TABLE observation (
    id      INTEGER PRIMARY KEY,
    gateway INTEGER NOT NULL REFERENCES gateway (id),
    at      INTEGER NOT NULL,
    UNIQUE (gateway, at)
) STRICT;

-- One request. id = UTC day * 2^26 + place of arrival in that day, so that a day is one range of rows.
-- day_millis: milliseconds since the start of that UTC day. model 0 is no model; key 0 is no key.
CREATE TABLE usage_request (
    id                 INTEGER PRIMARY KEY,
    account            INTEGER NOT NULL,
    key                INTEGER NOT NULL,
    model              INTEGER NOT NULL,
    upstream           INTEGER,
    observation        INTEGER NOT NULL,
    day_millis         INTEGER NOT NULL,
    requests           INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    images             INTEGER NOT NULL,
    video_millis       INTEGER NOT NULL,
    speech_chars       INTEGER NOT NULL,
    audio_millis       INTEGER NOT NULL,
    failed             INTEGER NOT NULL,
    cost               INTEGER NOT NULL,
    duration_millis    INTEGER,
    refused            INTEGER NOT NULL CHECK (refused IN (0, 1))
) STRICT;
-- The row number comes with it, so this is an index by account and time.
CREATE INDEX usage_request_account ON usage_request (account);

-- First 16 bytes of the SHA-256 of gateway and request id: what makes two statements be about one request.
CREATE TABLE usage_identity (
    origin  BLOB PRIMARY KEY,
    request INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A UTC day's total of one account, key and model, as a gateway stated it.
CREATE TABLE usage_day (
    account            INTEGER NOT NULL,
    utc_day            INTEGER NOT NULL,
    key                INTEGER NOT NULL,
    model              INTEGER NOT NULL,
    upstream           INTEGER,
    observation        INTEGER NOT NULL,
    requests           INTEGER NOT NULL,
    input_tokens       INTEGER NOT NULL,
    output_tokens      INTEGER NOT NULL,
    cache_read_tokens  INTEGER NOT NULL,
    cache_write_tokens INTEGER NOT NULL,
    images             INTEGER NOT NULL,
    video_millis       INTEGER NOT NULL,
    speech_chars       INTEGER NOT NULL,
    audio_millis       INTEGER NOT NULL,
    failed             INTEGER NOT NULL,
    cost               INTEGER NOT NULL,
    PRIMARY KEY (account, utc_day, key, model)
) STRICT, WITHOUT ROWID;

-- Which grain counts for an account's UTC day. pinned: decided by set_grain, no longer by what arrives.
CREATE TABLE usage_day_source (
    account INTEGER NOT NULL,
    utc_day INTEGER NOT NULL,
    grain   TEXT NOT NULL CHECK (grain IN ('request', 'day')),
    seen    INTEGER NOT NULL CHECK (seen IN (1, 2, 3)),
    pinned  INTEGER NOT NULL CHECK (pinned IN (0, 1)),
    PRIMARY KEY (account, utc_day)
) STRICT, WITHOUT ROWID;

-- Roll-ups. client 0 is nobody's. day is the client's local date. The first two are the books' grain and can be
-- recomputed from raw usage; the others are sums of them for the widest reports.
CREATE TABLE rollup_model (
    client INTEGER NOT NULL, day INTEGER NOT NULL, account INTEGER NOT NULL, model INTEGER NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, images INTEGER NOT NULL,
    video_millis INTEGER NOT NULL, speech_chars INTEGER NOT NULL, audio_millis INTEGER NOT NULL,
    failed INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (client, day, account, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_key (
    client INTEGER NOT NULL, day INTEGER NOT NULL, account INTEGER NOT NULL, key INTEGER NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, images INTEGER NOT NULL,
    video_millis INTEGER NOT NULL, speech_chars INTEGER NOT NULL, audio_millis INTEGER NOT NULL,
    failed INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (client, day, account, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_client_day (
    client INTEGER NOT NULL, day INTEGER NOT NULL, gateway INTEGER NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, images INTEGER NOT NULL,
    video_millis INTEGER NOT NULL, speech_chars INTEGER NOT NULL, audio_millis INTEGER NOT NULL,
    failed INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (client, day, gateway)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_model_day (
    day INTEGER NOT NULL, gateway INTEGER NOT NULL, model INTEGER NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, images INTEGER NOT NULL,
    video_millis INTEGER NOT NULL, speech_chars INTEGER NOT NULL, audio_millis INTEGER NOT NULL,
    failed INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (day, gateway, model)
) STRICT, WITHOUT ROWID;

-- Empty while nobody makes images, video, speech or transcripts: then reports leave these columns out.
CREATE INDEX rollup_model_day_media ON rollup_model_day (day)
WHERE images <> 0 OR video_millis <> 0 OR speech_chars <> 0 OR audio_millis <> 0;

-- span: a month or a third of one, 4 * (12 * year + month - 1) + part; part 0 is the month, 1 to 3 are its days 1 to 10,
-- 11 to 20 and 21 to the end. A range of dates is few spans and few days.
CREATE TABLE rollup_model_span (
    client INTEGER NOT NULL, span INTEGER NOT NULL, account INTEGER NOT NULL, model INTEGER NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, images INTEGER NOT NULL,
    video_millis INTEGER NOT NULL, speech_chars INTEGER NOT NULL, audio_millis INTEGER NOT NULL,
    failed INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (client, span, account, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_key_span (
    client INTEGER NOT NULL, span INTEGER NOT NULL, account INTEGER NOT NULL, key INTEGER NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, images INTEGER NOT NULL,
    video_millis INTEGER NOT NULL, speech_chars INTEGER NOT NULL, audio_millis INTEGER NOT NULL,
    failed INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (client, span, account, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX rollup_key_span_key ON rollup_key_span (key);

CREATE TABLE rollup_client_span (
    client INTEGER NOT NULL, span INTEGER NOT NULL, gateway INTEGER NOT NULL,
    requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, images INTEGER NOT NULL,
    video_millis INTEGER NOT NULL, speech_chars INTEGER NOT NULL, audio_millis INTEGER NOT NULL,
    failed INTEGER NOT NULL, cost INTEGER NOT NULL,
    PRIMARY KEY (client, span, gateway)
) STRICT, WITHOUT ROWID;
