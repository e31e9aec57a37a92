-- Who vouched for what was received: signed batches, and the place in one of each object that came.

CREATE TABLE batch (
    sha256 TEXT NOT NULL PRIMARY KEY,
    party  TEXT NOT NULL,
    at     INTEGER NOT NULL,
    signed BLOB NOT NULL
) STRICT;

-- `path` is the hashes from the leaf to the root, 32 bytes each, end to end.
CREATE TABLE attestation (
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    sha256  TEXT    NOT NULL,
    party   TEXT    NOT NULL,
    batch   TEXT    NOT NULL REFERENCES batch (sha256),
    salt    BLOB    NOT NULL,
    place   INTEGER NOT NULL,
    path    BLOB    NOT NULL,
    PRIMARY KEY (id, version, sha256, party)
) STRICT;
