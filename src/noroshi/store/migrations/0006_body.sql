-- Bytes get a number, in order of arrival, and what is current in a view points to it: the records
-- of a page then lie together, where looking each up by its hash touches a million-leaf index once
-- for each. (Measured: a page of 1,000 out of 1,000,000 in 2.8 ms instead of 5.8 ms.)
-- foreign keys: off

CREATE TABLE numbered (
    n      INTEGER NOT NULL PRIMARY KEY,
    sha256 TEXT    NOT NULL UNIQUE,
    bytes  BLOB    NOT NULL
) STRICT;

INSERT INTO numbered (sha256, bytes) SELECT sha256, bytes FROM blob ORDER BY rowid;
DROP TABLE blob;
ALTER TABLE numbered RENAME TO blob;

ALTER TABLE view_current ADD COLUMN body INTEGER REFERENCES blob (n);

UPDATE view_current SET body = (
    SELECT b.n FROM view_entry e JOIN blob b ON b.sha256 = e.body_sha256
    WHERE e.party = view_current.party AND e.n = view_current.n
);

DROP INDEX view_current_plain;
CREATE INDEX view_current_plain ON view_current (party, n, body, plain) WHERE plain = 1;
