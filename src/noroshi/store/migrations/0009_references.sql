-- Who refers to whom, read once from the bytes of each version, and what of it each party's view
-- rests on. All of it follows from records, law and clock; a store from before fills these tables
-- in the background, which is why every view starts over reading here (its journal stays).

-- Ids as numbers: of records, and of what records refer to. `tail` is what follows the type.
CREATE TABLE object (
    n    INTEGER NOT NULL PRIMARY KEY,
    id   TEXT    NOT NULL UNIQUE,
    tail TEXT    NOT NULL
) STRICT;

CREATE INDEX object_tail ON object (tail);

-- Cells of labels as numbers, and the instants at which an answer about one may change by itself.
CREATE TABLE cell (
    n    INTEGER NOT NULL PRIMARY KEY,
    cell TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE cell_instant (
    at   INTEGER NOT NULL,
    cell INTEGER NOT NULL REFERENCES cell (n),
    PRIMARY KEY (at, cell)
) STRICT;

-- What decides about a version without its bytes. `refs` is a JSON text of object numbers.
CREATE TABLE version (
    seq      INTEGER NOT NULL PRIMARY KEY REFERENCES record (seq),
    object   INTEGER NOT NULL REFERENCES object (n),
    version  INTEGER NOT NULL,
    otype    TEXT    NOT NULL,
    finding  TEXT,
    readable INTEGER NOT NULL CHECK (readable IN (0, 1)),
    live     INTEGER NOT NULL CHECK (live IN (0, 1)),
    cell     INTEGER NOT NULL REFERENCES cell (n),
    made     INTEGER NOT NULL,
    refs     TEXT    NOT NULL
) STRICT;

CREATE INDEX version_object ON version (object, seq);
CREATE INDEX version_cell ON version (cell, seq);

-- `role`: 0 a reference that the version cannot do without, 1 one that follows into variants, 2 one
-- that is rather taken out.
CREATE TABLE reference (
    target INTEGER NOT NULL REFERENCES object (n),
    role   INTEGER NOT NULL CHECK (role IN (0, 1, 2)),
    seq    INTEGER NOT NULL REFERENCES version (seq),
    PRIMARY KEY (target, role, seq)
) STRICT;

-- Tails of ids that stand where they cannot be taken out.
CREATE TABLE naming (
    tail TEXT    NOT NULL,
    seq  INTEGER NOT NULL REFERENCES version (seq),
    PRIMARY KEY (tail, seq)
) STRICT;

-- A version that the law releases to a party: after which transforms (JSON), and how it stands in
-- the closure (bits; see exchange/closure.py).
CREATE TABLE view_version (
    party      TEXT    NOT NULL,
    seq        INTEGER NOT NULL REFERENCES version (seq),
    transforms TEXT    NOT NULL,
    state      INTEGER NOT NULL,
    PRIMARY KEY (party, seq)
) STRICT;

-- The answer about a cell that the party's versions rest on: transforms, 'withheld', or 'moving'
-- while they go over from one answer to another. Apart for records made in [made_from, made_to).
CREATE TABLE view_answer (
    party     TEXT    NOT NULL,
    cell      INTEGER NOT NULL REFERENCES cell (n),
    made_from INTEGER NOT NULL,
    made_to   INTEGER NOT NULL,
    answer    TEXT    NOT NULL,
    PRIMARY KEY (party, cell, made_from)
) STRICT;

-- Versions whose entries are to be made again. `held`: until then nothing of them goes out;
-- `again`: a reader was led past them, so that they enter once more.
CREATE TABLE view_todo (
    party TEXT    NOT NULL,
    seq   INTEGER NOT NULL,
    held  INTEGER NOT NULL CHECK (held IN (0, 1)),
    again INTEGER NOT NULL CHECK (again IN (0, 1)),
    PRIMARY KEY (party, seq)
) STRICT;

-- Which versions bring an object that several may bring.
CREATE TABLE view_shared (
    party TEXT    NOT NULL,
    oid   TEXT    NOT NULL,
    seq   INTEGER NOT NULL,
    PRIMARY KEY (party, oid, seq)
) STRICT;

CREATE INDEX view_shared_seq ON view_shared (party, seq);

-- How far each journal went before there were these tables: what it holds stands until looked at.
INSERT INTO cursor (consumer, n) SELECT 'view before ' || party, seq FROM view_state;
UPDATE view_state SET seq = 0;
