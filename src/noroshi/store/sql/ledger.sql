-- name: known
SELECT id, version, body_sha256 FROM ledger WHERE party = ? AND id IN (?*);

-- name: head
SELECT n, sha FROM ledger ORDER BY n DESC LIMIT 1;

-- name: last_place
SELECT place FROM ledger WHERE party = ? ORDER BY place DESC LIMIT 1;

-- name: put
INSERT INTO ledger (n, prev, sha, form, at, party, place, seal, salt,
    id, version, clauses, body_sha256)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: rows
SELECT n, prev, sha, form, at, party, place, seal, salt, id, version, clauses, body_sha256
FROM ledger WHERE n > ? ORDER BY n LIMIT ?;

-- name: rows_of
SELECT n, prev, sha, form, at, party, place, seal, salt, id, version, clauses, body_sha256
FROM ledger WHERE party = ? AND place > ? ORDER BY place LIMIT ?;

-- name: before
SELECT n, prev, sha, form, at, party, place, seal, salt, id, version, clauses, body_sha256
FROM ledger WHERE n < ? ORDER BY n DESC LIMIT ?;

-- name: before_of
SELECT n, prev, sha, form, at, party, place, seal, salt, id, version, clauses, body_sha256
FROM ledger WHERE party = ? AND place < ? ORDER BY place DESC LIMIT ?;

-- name: about
SELECT n, prev, sha, form, at, party, place, seal, salt, id, version, clauses, body_sha256
FROM ledger WHERE party = ? AND id = ? ORDER BY version, n;

-- name: row
SELECT n, prev, sha, form, at, party, place, seal, salt, id, version, clauses, body_sha256
FROM ledger WHERE n = ?;

-- name: parties
SELECT DISTINCT party FROM ledger ORDER BY party;

-- name: tiles
SELECT hash FROM ledger_tile WHERE party = ? AND level = ? AND i >= ? AND i < ? ORDER BY i;

-- name: put_tile
INSERT INTO ledger_tile (party, level, i, hash) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: drop_tiles
DELETE FROM ledger_tile;

-- name: put_head
INSERT INTO ledger_head (party, recipient, life, size, at, signed) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: heads
SELECT size, signed, life FROM ledger_head WHERE party = ? AND recipient = ? AND size <= ?
ORDER BY life DESC, size DESC LIMIT ?;

-- name: recipients
SELECT DISTINCT recipient FROM ledger_head WHERE party = ? ORDER BY recipient;

-- name: put_split
INSERT INTO ledger_split (party, recipient, at, why, one, other) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: splits
SELECT party, recipient, at, why, one, other FROM ledger_split ORDER BY at, party, recipient;
