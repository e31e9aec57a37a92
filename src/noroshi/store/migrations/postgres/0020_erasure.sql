-- What was erased, when and why; never what. `left_over` counts withdrawals that somebody has yet to
-- fetch, which still name it.
CREATE TABLE erasure (
    n         INTEGER NOT NULL PRIMARY KEY,
    id        TEXT    NOT NULL UNIQUE,
    at        INTEGER NOT NULL,
    why       TEXT    NOT NULL,
    versions  INTEGER NOT NULL,
    rows      INTEGER NOT NULL,
    left_over INTEGER NOT NULL,
    told      TEXT    NOT NULL
) STRICT;

-- The journal is append-only, but for what is erased: its row stays and says nothing.
DROP TRIGGER view_entry_kept ON view_entry;
CREATE TRIGGER view_entry_kept BEFORE UPDATE ON view_entry
WHEN NEW.otype <> 'erased'
BEGIN SELECT RAISE(ABORT, 'the view journal is append-only'); END;
