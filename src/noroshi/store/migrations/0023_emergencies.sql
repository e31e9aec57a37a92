-- What was given in an emergency, past the clauses: by whom, why, until when, and its review.

-- `ended` is when a review took it back before `until`. Instants are µs UTC.
CREATE TABLE emergency (
    id       TEXT    NOT NULL PRIMARY KEY,
    record   TEXT    NOT NULL,
    party    TEXT    NOT NULL,
    who      TEXT    NOT NULL,
    why      TEXT    NOT NULL,
    since    INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    review   INTEGER NOT NULL,
    ended    INTEGER,
    reviewed INTEGER,
    reviewer TEXT,
    outcome  TEXT,
    reason   TEXT
) STRICT;
