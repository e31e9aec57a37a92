-- name: put
INSERT INTO holding (id, version, party, cell, direct, at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (id, version, party) DO UPDATE SET cell = excluded.cell, direct = excluded.direct;

-- name: best
SELECT cell FROM holding WHERE id = ? AND version = ? ORDER BY direct DESC, at, party LIMIT 1;

-- name: label
SELECT s.cell FROM record r JOIN record_strand s ON s.seq = r.seq JOIN hop h ON h.seq = r.seq
WHERE r.id = ? AND r.version = ? AND h.i = 0;

-- name: of
SELECT version, party, cell, at FROM holding WHERE id = ? ORDER BY version, party;

-- name: given
SELECT version FROM holding WHERE id = ? AND party = ? ORDER BY version;

-- name: drop
DELETE FROM holding WHERE id = ? AND version = ? AND party = ?;

-- name: drop_all
DELETE FROM holding WHERE id = ?;
