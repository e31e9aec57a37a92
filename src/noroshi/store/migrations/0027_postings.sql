-- Values and the records that have them: what is asked "who has seen this, and when".

-- `value` is `kind:text`. Of a value so many records are listed, and `posted` counts them all: one
-- that thousands have tells nothing of any, and pairs are never stored. Derived from the records.
CREATE TABLE posting (
    value TEXT    NOT NULL,
    seq   INTEGER NOT NULL REFERENCES record (seq),
    PRIMARY KEY (value, seq)
) STRICT;

CREATE INDEX posting_of ON posting (seq);

CREATE TABLE posted (
    value TEXT    NOT NULL PRIMARY KEY,
    n     INTEGER NOT NULL
) STRICT;
