-- name: keys
SELECT party, fingerprint, public, state, source, known, retired, distrusted, since
FROM party_key WHERE party = ? ORDER BY known, retired IS NULL, retired, fingerprint;

-- name: put_key
INSERT INTO party_key
    (party, fingerprint, public, state, source, known, retired, distrusted, since)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (party, fingerprint) DO UPDATE
SET state = excluded.state, retired = excluded.retired, distrusted = excluded.distrusted,
    since = excluded.since;

-- name: distrusted
SELECT fingerprint FROM party_key WHERE state = 'distrusted' ORDER BY fingerprint;

-- name: put_statement
INSERT INTO key_statement (sha256, party, at, known, signed, refused) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (sha256) DO UPDATE SET refused = excluded.refused;

-- name: statements
SELECT signed, refused FROM key_statement WHERE party = ? ORDER BY at, sha256;

-- name: read_again
DELETE FROM source WHERE sha256 >= ? AND sha256 < ?;
