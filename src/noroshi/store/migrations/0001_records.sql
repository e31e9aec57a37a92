-- Records: bytes as received, their versions, labels, ways and the progress of their sources.

CREATE TABLE blob (
    sha256 TEXT NOT NULL PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;

CREATE TABLE record (
    seq      INTEGER NOT NULL PRIMARY KEY,
    id       TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    pillar   TEXT    NOT NULL,
    owner    TEXT    NOT NULL,
    sha256   TEXT    NOT NULL REFERENCES blob (sha256),
    received INTEGER NOT NULL,
    status   TEXT    NOT NULL CHECK (status IN ('live', 'revoked', 'tombstone')),
    UNIQUE (id, version)
) STRICT;

-- Why a version was retracted, where the bytes need not say so.
CREATE TABLE retraction (
    seq         INTEGER NOT NULL PRIMARY KEY REFERENCES record (seq),
    reason      TEXT,
    replaced_by TEXT
) STRICT;

-- A label is a cell: one row for each of its strands. Records point to the cell.
CREATE TABLE strand (
    cell   TEXT NOT NULL,
    key    TEXT NOT NULL,
    strand TEXT NOT NULL,
    PRIMARY KEY (cell, key)
) STRICT;

CREATE TABLE record_strand (
    seq  INTEGER NOT NULL PRIMARY KEY REFERENCES record (seq),
    cell TEXT    NOT NULL
) STRICT;

CREATE TABLE hop (
    seq     INTEGER NOT NULL REFERENCES record (seq),
    i       INTEGER NOT NULL,
    party   TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    attests TEXT    NOT NULL,
    PRIMARY KEY (seq, i)
) STRICT;

-- `sha256` is of the source (for a conflict: of the object), `raw_sha256` the bytes kept aside.
CREATE TABLE rejected (
    sha256     TEXT    NOT NULL,
    place      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    raw_sha256 TEXT REFERENCES blob (sha256),
    PRIMARY KEY (sha256, place)
) STRICT;

CREATE TABLE source (
    sha256   TEXT    NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    position INTEGER NOT NULL,
    state    BLOB    NOT NULL,
    done     INTEGER NOT NULL CHECK (done IN (0, 1)),
    at       INTEGER NOT NULL
) STRICT;

CREATE TABLE event (
    n     INTEGER NOT NULL PRIMARY KEY,
    at    INTEGER NOT NULL,
    topic TEXT    NOT NULL,
    key   TEXT    NOT NULL,
    epoch INTEGER NOT NULL
) STRICT;

CREATE TABLE cursor (
    consumer TEXT    NOT NULL PRIMARY KEY,
    n        INTEGER NOT NULL
) STRICT;
