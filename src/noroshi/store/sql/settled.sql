-- name: by_seq
SELECT v.seq, v.object, v.version, v.otype, v.finding, v.readable, v.live, v.cell, v.made, v.refs,
       p.transforms, coalesce(p.state, 0)
FROM version v LEFT JOIN view_version p ON p.party = ? AND p.seq = v.seq
WHERE v.seq IN (?*) ORDER BY v.seq;

-- name: by_object
SELECT v.seq, v.object, v.version, v.otype, v.finding, v.readable, v.live, v.cell, v.made, v.refs,
       p.transforms, coalesce(p.state, 0)
FROM version v LEFT JOIN view_version p ON p.party = ? AND p.seq = v.seq
WHERE v.object IN (?*) ORDER BY v.seq;

-- name: put
INSERT INTO view_version (party, seq, transforms, state) VALUES (?, ?, ?, ?)
ON CONFLICT (party, seq) DO UPDATE SET transforms = excluded.transforms, state = excluded.state;

-- name: drop
DELETE FROM view_version WHERE party = ? AND seq IN (?*);

-- name: state
SELECT state FROM view_version WHERE party = ? AND seq = ?;

-- name: differing
SELECT v.seq FROM version v LEFT JOIN view_version p ON p.party = ? AND p.seq = v.seq
WHERE v.cell = ? AND v.seq > ? AND v.seq <= ? AND v.made >= ? AND v.made < ?
  AND coalesce(p.transforms, 'withheld') <> ?
ORDER BY v.seq LIMIT ?;

-- name: answers
SELECT made_from, made_to, answer FROM view_answer WHERE party = ? AND cell = ?;

-- name: drop_answers
DELETE FROM view_answer WHERE party = ? AND cell = ? AND made_from < ? AND made_to > ?;

-- name: put_answer
INSERT INTO view_answer (party, cell, made_from, made_to, answer) VALUES (?, ?, ?, ?, ?);

-- name: put_todo
INSERT INTO view_todo (party, seq, held, again) VALUES (?, ?, ?, 0)
ON CONFLICT (party, seq) DO UPDATE
SET held = CASE WHEN excluded.held = 1 THEN 1 ELSE view_todo.held END;

-- name: put_todo_referring
INSERT INTO view_todo (party, seq, held, again)
SELECT p.party, p.seq, 0, 0 FROM reference f JOIN view_version p ON p.seq = f.seq
WHERE p.party = ? AND (p.state & ?) <> 0 AND f.target IN (?*)
ON CONFLICT (party, seq) DO NOTHING;

-- name: hold_referring
UPDATE view_todo SET held = 1
WHERE party = ? AND seq IN (SELECT seq FROM reference WHERE target IN (?*));

-- name: put_todo_bringing
INSERT INTO view_todo (party, seq, held, again)
SELECT DISTINCT e.party, e.seq, 1, 0 FROM view_current c
JOIN view_entry e ON e.party = c.party AND e.n = c.n
WHERE c.party = ? AND c.oid IN (?*)
ON CONFLICT (party, seq) DO UPDATE SET held = 1;

-- name: put_todo_sharing
INSERT INTO view_todo (party, seq, held, again)
SELECT DISTINCT party, seq, 1, 0 FROM view_shared WHERE party = ? AND oid IN (?*)
ON CONFLICT (party, seq) DO UPDATE SET held = 1;

-- name: put_again
INSERT INTO view_todo (party, seq, held, again) VALUES (?, ?, 1, 1)
ON CONFLICT (party, seq) DO UPDATE SET again = 1;

-- name: put_todo_unshown
INSERT INTO view_todo (party, seq, held, again)
SELECT DISTINCT l.party, r.seq, 1, 0 FROM record r JOIN ledger l ON l.party = ? AND l.id = r.id
WHERE NOT EXISTS (SELECT 1 FROM view_current c WHERE c.party = l.party AND c.about = l.id)
  AND r.seq IN (?*)
ON CONFLICT (party, seq) DO NOTHING;

-- name: put_todo_unshown_variants
INSERT INTO view_todo (party, seq, held, again)
SELECT DISTINCT l.party, r.seq, 1, 0 FROM record r JOIN variant v ON v.record_id = r.id
JOIN ledger l ON l.party = ? AND l.id = v.id
WHERE NOT EXISTS (SELECT 1 FROM view_current c WHERE c.party = l.party AND c.about = l.id)
  AND r.seq IN (?*)
ON CONFLICT (party, seq) DO NOTHING;

-- name: put_todo_forgotten
INSERT INTO view_todo (party, seq, held, again)
SELECT DISTINCT f.party, r.seq, 1, 0 FROM forgotten f
JOIN record r ON r.id = coalesce(f.record, f.withdrawn)
WHERE f.party = ? AND NOT EXISTS
    (SELECT 1 FROM view_current c WHERE c.party = f.party AND c.about = f.withdrawn)
ON CONFLICT (party, seq) DO NOTHING;

-- name: unshown
SELECT l.id FROM ledger l
WHERE l.party = ? AND (l.id = ? OR l.id IN (SELECT id FROM variant WHERE record_id = ?))
  AND NOT EXISTS (SELECT 1 FROM view_current c WHERE c.party = l.party AND c.about = l.id)
UNION SELECT f.withdrawn FROM forgotten f
WHERE f.party = ? AND coalesce(f.record, f.withdrawn) = ?
  AND NOT EXISTS (SELECT 1 FROM view_current c WHERE c.party = f.party AND c.about = f.withdrawn)
ORDER BY 1;

-- name: todo
SELECT seq, again FROM view_todo WHERE party = ? AND seq > ? ORDER BY seq LIMIT ?;

-- name: todo_of
SELECT seq, held, again FROM view_todo WHERE party = ? AND seq IN (?*);

-- name: any_todo
SELECT 1 FROM view_todo WHERE party = ? LIMIT 1;

-- name: todo_beyond
SELECT 1 FROM view_todo WHERE party = ? ORDER BY seq LIMIT 1 OFFSET ?;

-- name: count_todo
SELECT count(*) FROM view_todo WHERE party = ?;

-- name: done
DELETE FROM view_todo WHERE party = ? AND seq IN (?*);

-- name: put_shared
INSERT INTO view_shared (party, oid, seq) VALUES (?, ?, ?) ON CONFLICT (party, oid, seq) DO NOTHING;

-- name: drop_shared
DELETE FROM view_shared WHERE party = ? AND seq IN (?*);

-- name: sharing
SELECT h.seq FROM view_shared h JOIN view_version p ON p.party = h.party AND p.seq = h.seq
WHERE h.party = ? AND h.oid = ? AND (p.state & ?) <> 0 ORDER BY h.seq;

-- name: told
SELECT DISTINCT version FROM ledger WHERE party = ? AND id = ?;
