-- name: known
SELECT 1 FROM ledger WHERE party = ? AND id = ? AND version = ? AND body_sha256 = ?;

-- name: head
SELECT n, sha FROM ledger ORDER BY n DESC LIMIT 1;

-- name: put
INSERT INTO ledger (n, prev, sha, at, party, id, version, clauses, body_sha256)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: rows
SELECT n, prev, sha, at, party, id, version, clauses, body_sha256 FROM ledger
WHERE n > ? ORDER BY n LIMIT ?;

-- name: rows_of
SELECT n, prev, sha, at, party, id, version, clauses, body_sha256 FROM ledger
WHERE party = ? AND n > ? ORDER BY n LIMIT ?;
