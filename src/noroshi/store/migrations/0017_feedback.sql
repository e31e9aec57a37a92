-- What partners say back about what they were given, and what goes to one partner alone.

-- `sender` is who sent it to us ('' where we ask), `onward` whom it was passed to (null where it ends
-- here), `about` the id that the sender has the record by.
CREATE TABLE feedback (
    thread      TEXT    NOT NULL,
    sender      TEXT    NOT NULL,
    record      TEXT    NOT NULL,
    about       TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    opinion     TEXT,
    note        TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    due         INTEGER,
    asked_by    TEXT,
    onward      TEXT,
    answer      TEXT,
    answered_at INTEGER,
    PRIMARY KEY (thread, sender)
) STRICT;

CREATE INDEX feedback_at ON feedback (at);

-- Objects for one partner alone, until it has them: sent, or fetched. `n` rises with every letter
-- and is its date in µs UTC.
CREATE TABLE letter (
    party TEXT    NOT NULL,
    n     INTEGER NOT NULL,
    id    TEXT    NOT NULL,
    raw   BLOB    NOT NULL,
    sent  INTEGER NOT NULL CHECK (sent IN (0, 1)),
    PRIMARY KEY (party, n)
) STRICT;

CREATE INDEX letter_waiting ON letter (party, n) WHERE sent = 0;
