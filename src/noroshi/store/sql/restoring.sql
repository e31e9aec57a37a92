-- name: put_life
INSERT INTO restored (n, at, saved_at) VALUES (?, ?, ?);

-- name: life
SELECT n, at, saved_at FROM restored ORDER BY n DESC LIMIT 1;

-- name: forget_peers
DELETE FROM source WHERE (sha256 >= 'peer:' AND sha256 < 'peer;')
    OR (sha256 >= 'push:' AND sha256 < 'push;');

-- name: lift_collections
UPDATE taxii_collection SET n = n + ? - entered_at, entered_at = ? WHERE entered_at < ?;

-- name: known_parties
SELECT party FROM view_entry UNION SELECT party FROM ledger;

-- name: await
INSERT INTO resync (party, life, state, at) VALUES (?, ?, 'waiting', ?)
ON CONFLICT (party) DO UPDATE SET life = excluded.life, state = excluded.state, at = excluded.at,
    why = NULL, law = NULL, learnt = 0, ended = 0;

-- name: resyncs
SELECT party, life, state, at, why, law, learnt, ended FROM resync ORDER BY party;

-- name: settle
UPDATE resync SET state = ?, at = ?, why = ? WHERE party = ? AND state = 'waiting';

-- name: let_go
UPDATE resync SET state = 'let go', at = ?, why = ? WHERE party = ?;

-- name: said_law
UPDATE resync SET law = ? WHERE party = ?;

-- name: counted
UPDATE resync SET learnt = learnt + ?, ended = ended + ? WHERE party = ?;

-- name: put_part
INSERT INTO resync_part (party, life, part) VALUES (?, ?, ?) ON CONFLICT DO NOTHING;

-- name: parts
SELECT count(*) FROM resync_part WHERE party = ? AND life = ?;

-- name: shut
SELECT 1 FROM resync r WHERE r.state = 'waiting' OR (r.state = 'answered' AND r.law IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM agreement_set s WHERE s.set_sha256 = r.law)) LIMIT 1;

-- name: knows_law
SELECT 1 FROM agreement_set WHERE set_sha256 = ? LIMIT 1;

-- name: forget
INSERT INTO forgotten (stone, party, withdrawn, at, record) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING;

-- name: forgotten
SELECT stone, party, withdrawn, at FROM forgotten WHERE record IS NULL ORDER BY stone;

-- name: remember
UPDATE forgotten SET record = ? WHERE stone = ?;

-- name: elsewhere
SELECT DISTINCT l.id, l.party FROM resync q JOIN ledger l ON l.party = q.party
WHERE l.clauses = '["reported"]' AND NOT EXISTS (SELECT 1 FROM record r WHERE r.id = l.id)
    AND NOT EXISTS (SELECT 1 FROM variant v WHERE v.id = l.id) ORDER BY l.id, l.party;

-- name: ended_elsewhere
SELECT l.id, min(coalesce(w.party, '')) FROM resync q JOIN ledger l ON l.party = q.party
LEFT JOIN withdrawal w ON w.id = l.id
WHERE l.clauses = '["reported"]' AND (w.id IS NOT NULL OR EXISTS
    (SELECT 1 FROM forgotten f WHERE f.party = l.party AND f.withdrawn = l.id)) AND NOT EXISTS (SELECT 1 FROM record r WHERE r.id = l.id)
    AND NOT EXISTS (SELECT 1 FROM variant v WHERE v.id = l.id) GROUP BY l.id ORDER BY l.id;

-- name: say_of
UPDATE withdrawal SET told = NULL, open = 1 WHERE id IN (?*);

-- name: ended_for
SELECT e.seq, c.about, c.oversion, c.spec_version FROM view_current c
JOIN view_entry e ON e.party = c.party AND e.n = c.n
WHERE c.party = ? AND c.about IN (?*) AND c.tombstone = 1 AND NOT EXISTS
    (SELECT 1 FROM view_current o WHERE o.party = c.party AND o.about = c.about AND o.tombstone = 0)
ORDER BY c.about;

-- name: own
SELECT DISTINCT r.id FROM record r WHERE r.id >= ? AND r.id < ? AND r.status = 'live'
    AND NOT EXISTS (SELECT 1 FROM hop h WHERE h.seq = r.seq) ORDER BY r.id;

-- name: made_of
SELECT record_id FROM variant WHERE id = ? LIMIT 1;

-- name: current
SELECT e.seq, e.oid, e.oversion, e.otype, e.body_sha256, e.spec_version, e.tombstone, e.withdraws
FROM view_current c JOIN view_entry e ON e.party = c.party AND e.n = c.n
WHERE c.party = ? ORDER BY c.n;

-- name: held_of
SELECT h.id, h.version, r.sha256, h.cell, h.at FROM holding h
JOIN record r ON r.id = h.id AND r.version = h.version
WHERE h.party = ? AND r.status <> 'tombstone' ORDER BY h.id, h.version;

-- name: carried_out
SELECT stone, id, at FROM withdrawal WHERE party = ? ORDER BY at, stone;

-- name: say_again
UPDATE withdrawal SET told = NULL, open = 1 WHERE party = ?;
