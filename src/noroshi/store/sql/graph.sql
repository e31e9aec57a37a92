-- name: last_seq
SELECT coalesce(max(seq), 0) FROM version;

-- name: last_record
SELECT coalesce(max(seq), 0) FROM record;

-- name: last_event
SELECT coalesce(max(n), 0) FROM event;

-- name: last_object
SELECT coalesce(max(n), 0) FROM object;

-- name: last_cell
SELECT coalesce(max(n), 0) FROM cell;

-- name: objects
SELECT id, n FROM object WHERE id IN (?*);

-- name: put_object
INSERT INTO object (n, id, tail) VALUES (?, ?, ?);

-- name: ids
SELECT n, id FROM object WHERE n IN (?*);

-- name: with_tail
SELECT o.n FROM object o WHERE o.tail = ? AND EXISTS
    (SELECT 1 FROM version v WHERE v.object = o.n)
ORDER BY o.n;

-- name: holds
SELECT 1 FROM object o JOIN version v ON v.object = o.n WHERE o.id = ? LIMIT 1;

-- name: cell
SELECT n FROM cell WHERE cell = ?;

-- name: cell_name
SELECT cell FROM cell WHERE n = ?;

-- name: put_cell
INSERT INTO cell (n, cell) VALUES (?, ?);

-- name: put_instant
INSERT INTO cell_instant (at, cell) VALUES (?, ?) ON CONFLICT (at, cell) DO NOTHING;

-- name: cells_after
SELECT n, cell FROM cell WHERE n > ? ORDER BY n LIMIT ?;

-- name: cells_between
SELECT DISTINCT c.n, c.cell FROM cell_instant i JOIN cell c ON c.n = i.cell
WHERE i.at >= ? AND i.at <= ? ORDER BY c.n;

-- name: next_instant
SELECT min(at) FROM cell_instant WHERE at > ?;

-- name: put_version
INSERT INTO version (seq, object, version, otype, finding, readable, live, cell, made, refs)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_reference
INSERT INTO reference (target, role, seq) VALUES (?, ?, ?);

-- name: put_naming
INSERT INTO naming (tail, seq) VALUES (?, ?);

-- name: update_version
UPDATE version SET live = ?, cell = ? WHERE seq = ?;

-- name: current
SELECT v.seq, r.status, s.cell FROM object o JOIN version v ON v.object = o.n
JOIN record r ON r.seq = v.seq JOIN record_strand s ON s.seq = v.seq
WHERE o.id = ? ORDER BY v.seq;

-- name: facts
SELECT v.seq, o.id, v.made FROM version v JOIN object o ON o.n = v.object WHERE v.seq IN (?*);

-- name: gone
SELECT seq FROM record WHERE status = 'tombstone' AND seq IN (?*);

-- name: seqs
SELECT seq FROM version WHERE seq > ? ORDER BY seq LIMIT ?;

-- name: referring
SELECT seq FROM reference WHERE target = ? AND role IN (?*);

-- name: naming
SELECT seq FROM naming WHERE tail = ?;

-- name: referring_all
SELECT target, role, seq FROM reference WHERE target IN (?*) AND role IN (?, ?);

-- name: naming_all
SELECT tail, seq FROM naming WHERE tail IN (?*);
