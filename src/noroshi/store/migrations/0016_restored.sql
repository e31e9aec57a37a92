-- A store that was put back from a backup: how often, and what its partners know that it does not.

CREATE TABLE restored (
    n        INTEGER NOT NULL PRIMARY KEY,
    at       INTEGER NOT NULL,
    saved_at INTEGER NOT NULL
) STRICT;

-- Who is asked what it holds from us. Nothing goes out while one is waited for, or while one was
-- served under a law (hash of an agreement set) that is not known here.
CREATE TABLE resync (
    party TEXT    NOT NULL PRIMARY KEY,
    life  INTEGER NOT NULL,
    state TEXT    NOT NULL CHECK (state IN ('waiting', 'answered', 'let go')),
    at    INTEGER NOT NULL,
    why   TEXT,
    law   TEXT,
    learnt  INTEGER NOT NULL DEFAULT 0,
    ended INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE resync_part (
    party TEXT    NOT NULL,
    life  INTEGER NOT NULL,
    part  INTEGER NOT NULL,
    PRIMARY KEY (party, life, part)
) STRICT;

-- Withdrawals of ours of a record that is not here: should it be read again, it was taken back.
CREATE TABLE forgotten (
    stone     TEXT    NOT NULL PRIMARY KEY,
    party     TEXT    NOT NULL,
    withdrawn TEXT    NOT NULL,
    at        INTEGER NOT NULL
) STRICT;
