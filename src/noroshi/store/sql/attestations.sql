-- name: put_batch
INSERT INTO batch (sha256, party, at, signed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: put
INSERT INTO attestation (id, version, sha256, party, batch, salt, place, path)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: held
SELECT b.signed FROM attestation a JOIN batch b ON b.sha256 = a.batch
WHERE a.id = ? AND a.version = ? AND a.sha256 = ? AND a.party = ?;

-- name: drop
DELETE FROM attestation WHERE id = ? AND version = ? AND sha256 = ? AND party = ?;

-- name: of
SELECT b.signed, a.salt, a.place, a.path
FROM attestation a JOIN batch b ON b.sha256 = a.batch
WHERE a.id = ? AND a.version = ? AND a.sha256 = ? ORDER BY a.party;
