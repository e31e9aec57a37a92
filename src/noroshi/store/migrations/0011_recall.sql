-- What was taken back, by whom, and who says that it is gone there.

-- The journal of a party is what waits to be sent to it; a cursor says how far it was.
DROP TABLE outbox;
DROP TABLE inbox;

-- What this node took back: why, and by when others are to have confirmed it.
CREATE TABLE recall (
    id  TEXT    NOT NULL,
    at  INTEGER NOT NULL,
    why TEXT    NOT NULL,
    due INTEGER NOT NULL,
    PRIMARY KEY (id, at)
) STRICT;

-- Withdrawals of others that this node carried out; `told` is the hash of what it last said to the
-- giver about it, `open` is 1 while there may be more to say.
CREATE TABLE withdrawal (
    stone TEXT    NOT NULL PRIMARY KEY,
    party TEXT    NOT NULL,
    id    TEXT    NOT NULL,
    at    INTEGER NOT NULL,
    told  TEXT,
    open  INTEGER NOT NULL CHECK (open IN (0, 1))
) STRICT;

CREATE INDEX withdrawal_open ON withdrawal (party, at) WHERE open = 1;

-- What a party says about a withdrawal of ours; its latest word.
CREATE TABLE receipt (
    stone   TEXT    NOT NULL,
    party   TEXT    NOT NULL,
    version INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    raw     BLOB    NOT NULL,
    PRIMARY KEY (stone, party)
) STRICT;
