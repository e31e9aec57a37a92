-- What is left for a person to do, and what is owed to whom by a duty of an agreement.

-- `kind` and `key` say what it is about, once for ever; `closed` is when it was done, or was settled
-- by itself (`closed_by` is then ''). Instants are µs UTC.
CREATE TABLE task (
    id        TEXT    NOT NULL PRIMARY KEY,
    kind      TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    title     TEXT    NOT NULL,
    why       TEXT    NOT NULL,
    record    TEXT,
    party     TEXT,
    raised    INTEGER NOT NULL,
    due       INTEGER NOT NULL,
    assignee  TEXT,
    closed    INTEGER,
    closed_by TEXT,
    UNIQUE (kind, key)
) STRICT;

CREATE INDEX task_open ON task (due) WHERE closed IS NULL;

-- What people did about a task, and why.
CREATE TABLE task_note (
    task TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    at   INTEGER NOT NULL,
    who  TEXT    NOT NULL,
    did  TEXT    NOT NULL,
    why  TEXT    NOT NULL,
    PRIMARY KEY (task, n)
) STRICT;

-- A duty `clause` owes record `id` to `party`, in version `version` or later, by `due`. `met` is when
-- it had it, or when it was owed no more, and `how` which.
CREATE TABLE owed (
    clause  TEXT    NOT NULL,
    party   TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    since   INTEGER NOT NULL,
    due     INTEGER NOT NULL,
    met     INTEGER,
    how     TEXT,
    PRIMARY KEY (clause, party, id)
) STRICT;

CREATE INDEX owed_open ON owed (party, due) WHERE met IS NULL;
