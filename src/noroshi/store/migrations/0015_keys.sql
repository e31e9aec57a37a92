-- The keys of parties, this node's own among them, and what parties said of theirs.

-- `state` is current, former, replaced or distrusted; what is dated after `retired` does not count.
-- Nothing that came after `distrusted` counts; what came since `since` is in doubt.
CREATE TABLE party_key (
    party       TEXT    NOT NULL,
    fingerprint TEXT    NOT NULL,
    public      BLOB    NOT NULL,
    state       TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    known       INTEGER NOT NULL,
    retired     INTEGER,
    distrusted  INTEGER,
    since       INTEGER,
    PRIMARY KEY (party, fingerprint)
) STRICT;

-- `refused` says why a statement, though genuine, was not followed.
CREATE TABLE key_statement (
    sha256  TEXT    NOT NULL PRIMARY KEY,
    party   TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    known   INTEGER NOT NULL,
    signed  BLOB    NOT NULL,
    refused TEXT
) STRICT;

CREATE INDEX key_statement_party ON key_statement (party, at);
