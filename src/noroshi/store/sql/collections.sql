-- name: counters
SELECT n, entered_at FROM taxii_collection WHERE id = ?;

-- name: set_counters
INSERT INTO taxii_collection (id, n, entered_at) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET n = excluded.n, entered_at = excluded.entered_at;

-- name: held
SELECT n, oid, oversion, otype, spec_version, last, first, newest, plain, dated
FROM taxii_object WHERE collection = ? AND oid = ? ORDER BY n;

-- name: body
SELECT body FROM taxii_object WHERE collection = ? AND n = ?;

-- name: put
INSERT INTO taxii_object (collection, n, oid, oversion, otype, spec_version, last, first, newest,
    plain, dated, entered_at, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: mark
UPDATE taxii_object SET last = ?, first = ?, newest = ?, plain = ? WHERE collection = ? AND n = ?;

-- name: drop
DELETE FROM taxii_object WHERE collection = ? AND n = ?;

-- name: entered_by
SELECT n FROM taxii_object WHERE collection = ? AND entered_at <= ?
ORDER BY entered_at DESC LIMIT 1;

-- name: page
SELECT n, entered_at, oid, oversion, otype, spec_version, dated, body FROM taxii_object
WHERE collection = ? AND n > ? AND plain = 1 ORDER BY n LIMIT ?;

-- name: entry
SELECT n, entered_at, oid, oversion, otype, spec_version, dated, body FROM taxii_object
WHERE collection = ? AND n = ?;

-- name: object
SELECT n, entered_at, oid, oversion, otype, spec_version, dated, body FROM taxii_object
WHERE collection = ? AND oid = ? ORDER BY oversion DESC, n DESC;

-- name: put_status
INSERT INTO taxii_status (root, id, account, until, body) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (root, id) DO UPDATE SET account = excluded.account, until = excluded.until,
    body = excluded.body;

-- name: drop_statuses
DELETE FROM taxii_status WHERE until <= ?;

-- name: status
SELECT body FROM taxii_status WHERE root = ? AND id = ? AND account = ? AND until > ?;
