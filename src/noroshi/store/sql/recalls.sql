-- name: put_recall
INSERT INTO recall (id, at, why, due) VALUES (?, ?, ?, ?);

-- name: recalls
SELECT id, at, why, due, lifted FROM recall ORDER BY at, id;

-- name: lift
UPDATE recall SET lifted = ? WHERE id = ? AND lifted IS NULL;

-- name: put_withdrawal
INSERT INTO withdrawal (stone, party, id, at, open, recalled) VALUES (?, ?, ?, ?, 1, ?)
ON CONFLICT DO NOTHING;

-- name: ended
SELECT DISTINCT id, party FROM withdrawal WHERE id IN (?*) AND recalled = 1;

-- name: resume
UPDATE withdrawal SET recalled = 0 WHERE id = ? AND party = ? AND recalled = 1;

-- name: withdrawals
SELECT stone, party, id, at, told FROM withdrawal WHERE party = ? AND open = 1
ORDER BY at, stone;

-- name: every_withdrawal
SELECT stone, party, id, at, told FROM withdrawal WHERE party = ? ORDER BY at, stone;

-- name: told
UPDATE withdrawal SET told = ?, open = ? WHERE stone = ?;

-- name: put_receipt
INSERT INTO receipt (stone, party, version, at, raw) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (stone, party) DO UPDATE
SET version = excluded.version, at = excluded.at, raw = excluded.raw
WHERE receipt.version < excluded.version;

-- name: receipts
SELECT party, version, at, raw FROM receipt WHERE stone = ? ORDER BY party;

-- name: issued
SELECT r.id FROM view_entry e JOIN record r ON r.seq = e.seq
WHERE e.party = ? AND e.oid = ? AND e.otype = 'tombstone'
UNION
SELECT coalesce(record, withdrawn) FROM forgotten WHERE party = ? AND stone = ? LIMIT 1;

-- name: entries
SELECT e.party, e.oid, e.otype, e.tombstone, e.withdraws, e.entered_at,
       (SELECT min(l.at) FROM ledger l WHERE l.party = e.party AND l.id = e.oid),
       (SELECT max(c.n) FROM view_current c WHERE c.party = e.party AND c.n = e.n)
FROM view_entry e JOIN record r ON r.seq = e.seq
WHERE r.id = ? ORDER BY e.party, e.n;

-- name: remembered
SELECT party, stone, withdrawn, at FROM forgotten
WHERE record = ? OR withdrawn = ? OR withdrawn IN (SELECT id FROM variant WHERE record_id = ?)
ORDER BY party, at, stone;

-- name: reported
SELECT q.party, min(l.at) FROM resync q JOIN ledger l ON l.party = q.party
WHERE l.id = ? OR l.id IN (SELECT id FROM variant WHERE record_id = ?)
GROUP BY q.party;

-- name: withdrawn
SELECT r.id FROM view_entry e JOIN record r ON r.seq = e.seq
WHERE e.otype = 'tombstone' GROUP BY r.id ORDER BY max(e.entered_at) DESC, r.id LIMIT ?;
