-- name: put
INSERT INTO received (party, id, version, sha256, at, outcome, clauses)
VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (party, id, version, sha256) DO UPDATE SET outcome = excluded.outcome
WHERE received.outcome <> excluded.outcome;

-- name: count
SELECT count(*) FROM received WHERE party = ?;

-- name: received
SELECT c.id, c.version, c.sha256, c.outcome, c.clauses, h.cell IS NOT NULL
FROM received c LEFT JOIN holding h
    ON h.id = c.id AND h.version = c.version AND h.party = c.party AND c.outcome = 'kept'
WHERE c.party = ? ORDER BY c.id, c.version, c.sha256;

-- name: placed
UPDATE received SET place = ? WHERE party = ? AND id = ? AND sha256 = ?;

-- name: others
SELECT sha256 FROM received WHERE party = ? AND id = ? AND version = ? ORDER BY sha256;

-- name: open
SELECT id, version, sha256, outcome, clauses, 0, at FROM received WHERE party = ? AND place IS NULL
ORDER BY id, version;

-- name: came
SELECT outcome, clauses, at FROM received WHERE party = ? AND id = ? AND sha256 = ? LIMIT 1;

-- name: gives
SELECT 1 FROM holding h JOIN record r ON r.id = h.id AND r.version = h.version
WHERE h.id = ? AND h.party = ? AND r.status <> 'tombstone' LIMIT 1;

-- name: carried
SELECT 1 FROM withdrawal WHERE stone = ? AND party = ?;

-- name: compared
SELECT life, size, edge, at FROM compared WHERE party = ?;

-- name: set_compared
INSERT INTO compared (party, life, size, edge, at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (party) DO UPDATE SET life = excluded.life, size = excluded.size,
    edge = excluded.edge, at = excluded.at;

-- name: forget
UPDATE received SET place = NULL WHERE party = ? AND place IS NOT NULL;

-- name: forget_rows
DELETE FROM unaccounted WHERE party = ?;

-- name: put_row
INSERT INTO unaccounted (party, place, at, id, version, clauses, body_sha256, withdraws)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: drop_row
DELETE FROM unaccounted WHERE party = ? AND place = ?;

-- name: rows
SELECT place, at, id, version, clauses, body_sha256, withdraws FROM unaccounted
WHERE party = ? ORDER BY place;

-- name: current
SELECT oid, oversion FROM view_current WHERE party = ? ORDER BY oid, oversion;

-- name: withdraws
SELECT e.withdraws, r.id FROM view_entry e JOIN record r ON r.seq = e.seq
WHERE e.party = ? AND e.oid = ? AND e.otype = 'tombstone' LIMIT 1;

-- name: shown
SELECT 1 FROM view_current WHERE party = ? AND oid = ? LIMIT 1;
