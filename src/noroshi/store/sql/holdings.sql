-- name: put
INSERT INTO holding (id, version, party, cell, direct, at, given) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id, version, party) DO UPDATE SET cell = excluded.cell, direct = excluded.direct,
    given = excluded.given;

-- name: best
SELECT id, version, cell FROM holding WHERE id IN (?*)
ORDER BY id, version, direct DESC, at, party;

-- name: labels
SELECT r.id, r.version, s.cell FROM record r
JOIN record_strand s ON s.seq = r.seq JOIN hop h ON h.seq = r.seq AND h.i = 0
WHERE r.id IN (?*);

-- name: of
SELECT version, party, cell, at, given FROM holding WHERE id = ? ORDER BY version, party;

-- name: given
SELECT version FROM holding WHERE id = ? AND party = ? ORDER BY version;

-- name: drop
DELETE FROM holding WHERE id = ? AND version = ? AND party = ?;

-- name: drop_all
DELETE FROM holding WHERE id = ?;
