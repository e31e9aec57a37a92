-- Incidents of the picture, what people said of them, and what chance gave when it was last asked.

-- Every version: `n` from 1. `origins` are the incidents that it was part of or is made of, `findings`
-- and `shown` JSON; `successor` is the one that an ended incident went into. Instants are µs UTC.
CREATE TABLE incident (
    id        TEXT    NOT NULL,
    n         INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    status    TEXT    NOT NULL CHECK (status IN ('live', 'ended')),
    why       TEXT    NOT NULL,
    successor TEXT,
    origins   TEXT    NOT NULL,
    findings  TEXT    NOT NULL,
    shown     TEXT    NOT NULL,
    PRIMARY KEY (id, n)
) STRICT;

-- A person's mark instead of a rule's; `record` is the note that carries it.
CREATE TABLE overrule (
    n          INTEGER NOT NULL PRIMARY KEY,
    at         INTEGER NOT NULL,
    incident   TEXT    NOT NULL,
    findings   TEXT    NOT NULL,
    evidence   TEXT    NOT NULL,
    hypothesis TEXT    NOT NULL,
    mark       TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    who        TEXT    NOT NULL,
    record     TEXT    NOT NULL
) STRICT;

-- What moved streams gave: of which findings, under which priors; `body` is compressed JSON.
CREATE TABLE chance_run (
    n       INTEGER NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    priors  TEXT    NOT NULL,
    seed    INTEGER NOT NULL,
    shifts  INTEGER NOT NULL,
    unit    TEXT    NOT NULL,
    months  REAL    NOT NULL,
    findings INTEGER NOT NULL,
    body    BLOB    NOT NULL
) STRICT;
