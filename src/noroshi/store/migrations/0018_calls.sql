-- How it went with each peer, and when it is called again: what makes a dead one cost nothing, also
-- after this process was started anew.

-- `way` is pull or push. `failures` in a row, the first of them `since`; `ok` is when it last
-- answered as it should. Instants are µs UTC.
CREATE TABLE call (
    party    TEXT    NOT NULL,
    way      TEXT    NOT NULL CHECK (way IN ('pull', 'push')),
    failures INTEGER NOT NULL,
    since    INTEGER,
    tried    INTEGER NOT NULL,
    ok       INTEGER,
    due      INTEGER NOT NULL,
    problem  TEXT,
    PRIMARY KEY (party, way)
) STRICT;
