-- What persons said about commitments: that a record or a document shows one kept, or that it does
-- not. Append-only; of the words about one of them, the last counts. [t0, t1) is when it happened, as
-- far as `precision` says.
CREATE TABLE keeping (
    n          INTEGER NOT NULL PRIMARY KEY,
    commitment TEXT    NOT NULL,
    ref        TEXT    NOT NULL,
    t0         INTEGER NOT NULL,
    t1         INTEGER NOT NULL,
    precision  TEXT    NOT NULL,
    kept       INTEGER NOT NULL CHECK (kept IN (0, 1)),
    by         TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    at         INTEGER NOT NULL
) STRICT;

CREATE INDEX keeping_of ON keeping (commitment, ref, n);
