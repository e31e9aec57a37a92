-- Who lets this node have a version that it received, and under which label. Several may: what one
-- takes back stays under the terms of another. `direct` is 1 where the giver is an originator.
CREATE TABLE holding (
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    party   TEXT    NOT NULL,
    cell    TEXT    NOT NULL,
    direct  INTEGER NOT NULL CHECK (direct IN (0, 1)),
    at      INTEGER NOT NULL,
    PRIMARY KEY (id, version, party)
) STRICT;

INSERT INTO holding (id, version, party, cell, direct, at)
SELECT r.id, r.version, h.party, s.cell, 0, r.received
FROM record r
JOIN record_strand s ON s.seq = r.seq
JOIN hop h ON h.seq = r.seq
WHERE r.status <> 'tombstone'
  AND NOT EXISTS (SELECT 1 FROM hop later WHERE later.seq = h.seq AND later.i > h.i);
