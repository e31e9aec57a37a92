-- What each party sees: the journal, what of it is current, variants, the ledger, the queues.

CREATE TABLE view_entry (
    party        TEXT    NOT NULL,
    n            INTEGER NOT NULL,
    seq          INTEGER NOT NULL REFERENCES record (seq),
    epoch        INTEGER NOT NULL,
    entered_at   INTEGER NOT NULL,
    body_sha256  TEXT REFERENCES blob (sha256),
    tombstone    INTEGER NOT NULL CHECK (tombstone IN (0, 1)),
    withdraws    TEXT,
    oid          TEXT    NOT NULL,
    oversion     INTEGER NOT NULL,
    otype        TEXT    NOT NULL,
    spec_version TEXT    NOT NULL,
    PRIMARY KEY (party, n),
    UNIQUE (party, entered_at)
) STRICT;

CREATE INDEX view_entry_seq ON view_entry (party, seq, n);

CREATE TRIGGER view_entry_kept BEFORE UPDATE ON view_entry
BEGIN SELECT RAISE(ABORT, 'the view journal is append-only'); END;

CREATE TRIGGER view_entry_stays BEFORE DELETE ON view_entry
BEGIN SELECT RAISE(ABORT, 'the view journal is append-only'); END;

-- Derived. `about` is the object that an entry shows or withdraws. `last` and `first` are among
-- versions of one spec_version, `newest` marks the object's highest spec_version, and `plain` is
-- last and newest: what a page without filters shows.
CREATE TABLE view_current (
    party        TEXT    NOT NULL,
    n            INTEGER NOT NULL,
    about        TEXT    NOT NULL,
    oid          TEXT    NOT NULL,
    oversion     INTEGER NOT NULL,
    otype        TEXT    NOT NULL,
    spec_version TEXT    NOT NULL,
    tombstone    INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    first        INTEGER NOT NULL,
    newest       INTEGER NOT NULL,
    plain        INTEGER NOT NULL,
    PRIMARY KEY (party, n)
) STRICT;

CREATE INDEX view_current_plain ON view_current (party, n) WHERE plain = 1;
CREATE INDEX view_current_plain_type ON view_current (party, plain, otype, n);
CREATE INDEX view_current_type ON view_current (party, otype, n);
CREATE INDEX view_current_spec ON view_current (party, spec_version, n);
CREATE INDEX view_current_oid ON view_current (party, oid, n);
CREATE INDEX view_current_version ON view_current (party, oversion, n);
CREATE INDEX view_current_about ON view_current (party, about, n);

CREATE TABLE view_state (
    party       TEXT    NOT NULL PRIMARY KEY,
    seq         INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    valid_until INTEGER NOT NULL
) STRICT;

CREATE TABLE variant (
    record_id      TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    transforms_key TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    modified       INTEGER NOT NULL,
    body_sha256    TEXT    NOT NULL REFERENCES blob (sha256),
    PRIMARY KEY (record_id, transforms_key, version)
) STRICT;

CREATE INDEX variant_id ON variant (id);

CREATE TABLE ledger (
    n           INTEGER NOT NULL PRIMARY KEY,
    prev        TEXT    NOT NULL,
    sha         TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    party       TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    clauses     TEXT    NOT NULL,
    body_sha256 TEXT    NOT NULL,
    UNIQUE (party, id, version, body_sha256)
) STRICT;

CREATE TABLE outbox (
    peer     TEXT    NOT NULL,
    n        INTEGER NOT NULL,
    seq      INTEGER NOT NULL REFERENCES record (seq),
    kind     TEXT    NOT NULL,
    attempts INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    PRIMARY KEY (peer, n)
) STRICT;

CREATE TABLE inbox (
    peer TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (peer, n)
) STRICT;
