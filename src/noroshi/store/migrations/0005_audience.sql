-- Audiences for one stretch of time of an epoch, apart for records that a consent names and for
-- records made before or after a party joined. The tables were never filled before.

DROP TABLE audience;
DROP TABLE grant_cache;

-- What was compiled, alike from `since` to before `until`. `rests_on`: the hash of all that the
-- rows follow from, labels aside, of which there were `cells`.
CREATE TABLE compiled (
    epoch    INTEGER NOT NULL,
    since    INTEGER NOT NULL,
    until    INTEGER NOT NULL,
    rests_on TEXT    NOT NULL,
    cells    INTEGER NOT NULL,
    PRIMARY KEY (epoch, since),
    CHECK (since < until)
) STRICT;

-- `record` is '' for all that no consent names. Bits are positions of table `party`, 63 a word.
CREATE TABLE audience (
    epoch     INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    word      INTEGER NOT NULL,
    cell      TEXT    NOT NULL,
    record    TEXT    NOT NULL,
    made_from INTEGER NOT NULL,
    made_to   INTEGER NOT NULL,
    bits      INTEGER NOT NULL,
    PRIMARY KEY (epoch, since, word, cell, record, made_from),
    FOREIGN KEY (epoch, since) REFERENCES compiled (epoch, since)
) STRICT;

CREATE TABLE grant_cache (
    epoch      INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    party      TEXT    NOT NULL REFERENCES party (code),
    cell       TEXT    NOT NULL,
    record     TEXT    NOT NULL,
    made_from  INTEGER NOT NULL,
    made_to    INTEGER NOT NULL,
    transforms TEXT    NOT NULL,
    clauses    TEXT    NOT NULL,
    PRIMARY KEY (epoch, since, party, cell, record, made_from),
    FOREIGN KEY (epoch, since) REFERENCES compiled (epoch, since)
) STRICT;

-- When a record was made, where that can matter; unknown at first.
ALTER TABLE record_strand ADD COLUMN made INTEGER;

CREATE TRIGGER party_place_kept BEFORE UPDATE OF code, position ON party
WHEN old.code <> new.code OR old.position <> new.position
BEGIN SELECT RAISE(ABORT, 'a place in stored masks is for ever'); END;

CREATE TRIGGER party_stays BEFORE DELETE ON party
BEGIN SELECT RAISE(ABORT, 'a place in stored masks is for ever'); END;
