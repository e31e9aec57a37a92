-- name: put_blob
INSERT INTO blob (sha256, bytes) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING;

-- name: blob
SELECT bytes FROM blob WHERE sha256 = ?;

-- name: last_seq
SELECT coalesce(max(seq), 0) FROM record;

-- name: first
SELECT id, sha256, version FROM record WHERE id IN (?*);

-- name: held
SELECT r.id, r.version, r.sha256, r.owner, r.status, s.cell, h.party, t.reason
FROM record r JOIN record_strand s ON s.seq = r.seq LEFT JOIN hop h ON h.seq = r.seq AND h.i = 0
LEFT JOIN retraction t ON t.seq = r.seq
WHERE r.id IN (?*) ORDER BY r.seq;

-- name: any_recall
SELECT 1 FROM recall LIMIT 1;

-- name: recalled
SELECT id FROM recall WHERE id IN (?*) AND lifted IS NULL;

-- name: withdraw
UPDATE record SET status = 'tombstone' WHERE id = ? AND status = 'live';

-- name: withdraw_version
UPDATE record SET status = 'tombstone' WHERE id = ? AND version = ? AND status = 'live';

-- name: lift
UPDATE record SET status = 'live' WHERE id = ? AND status = 'tombstone'
AND NOT EXISTS (SELECT 1 FROM hop h WHERE h.seq = record.seq)
AND NOT EXISTS (SELECT 1 FROM retraction t WHERE t.seq = record.seq AND t.reason = ?);

-- name: revive
UPDATE record SET status = ? WHERE id = ? AND version = ?;

-- name: drop_retraction
DELETE FROM retraction WHERE seq = (SELECT seq FROM record WHERE id = ? AND version = ?);

-- name: keep_label
INSERT INTO relabelled (seq, until, cell)
SELECT s.seq, ?, s.cell FROM record_strand s JOIN record r ON r.seq = s.seq
WHERE r.id = ? AND r.version = ? AND s.cell <> ?
ON CONFLICT (seq, until) DO NOTHING;

-- name: label_then
SELECT cell FROM relabelled WHERE seq = ? AND until > ? ORDER BY until LIMIT 1;

-- name: versions
SELECT r.seq, r.id, r.version, r.kind, r.pillar, r.owner, r.sha256, r.received, r.status,
       s.cell, b.bytes
FROM record r JOIN record_strand s ON s.seq = r.seq JOIN blob b ON b.sha256 = r.sha256
WHERE r.id = ? ORDER BY r.version;

-- name: relabel
UPDATE record_strand SET cell = ?
WHERE seq = (SELECT seq FROM record WHERE id = ? AND version = ?);

-- name: put_record
INSERT INTO record (seq, id, version, kind, pillar, owner, sha256, received, status)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_retraction
INSERT INTO retraction (seq, reason, replaced_by)
SELECT seq, ?, ? FROM record WHERE id = ? AND version = ?
ON CONFLICT (seq) DO NOTHING;

-- name: put_strand
INSERT INTO strand (cell, key, strand) VALUES (?, ?, ?) ON CONFLICT (cell, key) DO NOTHING;

-- name: put_record_strand
INSERT INTO record_strand (seq, cell) VALUES (?, ?);

-- name: put_hop
INSERT INTO hop (seq, i, party, at, attests) VALUES (?, ?, ?, ?, ?);

-- name: put_rejected
INSERT INTO rejected (sha256, place, reason, at, raw_sha256) VALUES (?, ?, ?, ?, ?)
ON CONFLICT (sha256, place) DO NOTHING;

-- name: rejected
SELECT r.sha256, r.place, r.reason, r.at, coalesce(b.bytes, x'')
FROM rejected r LEFT JOIN blob b ON b.sha256 = r.raw_sha256
ORDER BY r.at, r.sha256, r.place;

-- name: latest
SELECT r.seq, r.id, r.version, r.kind, r.pillar, r.owner, r.sha256, r.received, r.status,
       s.cell, b.bytes
FROM record r JOIN record_strand s ON s.seq = r.seq JOIN blob b ON b.sha256 = r.sha256
WHERE r.id = ? ORDER BY r.version DESC LIMIT 1;

-- name: version
SELECT r.seq, r.id, r.version, r.kind, r.pillar, r.owner, r.sha256, r.received, r.status,
       s.cell, b.bytes
FROM record r JOIN record_strand s ON s.seq = r.seq JOIN blob b ON b.sha256 = r.sha256
WHERE r.id = ? AND r.version = ?;

-- name: by_seq
SELECT r.seq, r.id, r.version, r.kind, r.pillar, r.owner, r.sha256, r.received, r.status,
       s.cell, b.bytes
FROM record r JOIN record_strand s ON s.seq = r.seq JOIN blob b ON b.sha256 = r.sha256
WHERE r.seq = ?;

-- name: by_seqs
SELECT r.seq, r.id, r.version, r.kind, r.pillar, r.owner, r.sha256, r.received, r.status,
       s.cell, b.bytes
FROM record r JOIN record_strand s ON s.seq = r.seq JOIN blob b ON b.sha256 = r.sha256
WHERE r.seq IN (?*) ORDER BY r.seq;

-- name: latest_of
SELECT r.seq FROM record r WHERE r.id IN (?*)
AND r.version = (SELECT max(version) FROM record WHERE id = r.id) ORDER BY r.seq;

-- name: living
SELECT kind, count(*), max(seq), sum(CASE WHEN status = 'live' THEN seq ELSE 0 END)
FROM record WHERE kind IN (?*) GROUP BY kind ORDER BY kind;

-- name: of_kind
SELECT r.seq, r.id, r.version, r.kind, r.pillar, r.owner, r.sha256, r.received, r.status,
       s.cell, b.bytes
FROM record r JOIN record_strand s ON s.seq = r.seq JOIN blob b ON b.sha256 = r.sha256
WHERE r.kind = ? AND r.status = 'live' AND r.seq > ?
AND r.version = (SELECT max(version) FROM record WHERE id = r.id) ORDER BY r.seq LIMIT ?;

-- name: since
SELECT r.seq, r.id, r.version, r.kind, r.pillar, r.owner, r.sha256, r.received, r.status,
       s.cell, b.bytes
FROM record r JOIN record_strand s ON s.seq = r.seq JOIN blob b ON b.sha256 = r.sha256
WHERE r.seq > ? ORDER BY r.seq LIMIT ?;

-- name: cells_since
SELECT r.seq, r.id, r.version, r.kind, r.status, s.cell
FROM record r JOIN record_strand s ON s.seq = r.seq
WHERE r.seq > ? ORDER BY r.seq LIMIT ?;

-- name: hops
SELECT seq, party, at, attests FROM hop WHERE seq BETWEEN ? AND ? ORDER BY seq, i;

-- name: hops_of
SELECT seq, party, at, attests FROM hop WHERE seq IN (?*) ORDER BY seq, i;

-- name: strands
SELECT strand FROM strand WHERE cell = ?;

-- name: ids_from
SELECT DISTINCT id FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?;

-- name: ids_like
SELECT DISTINCT id FROM record WHERE id LIKE ? ESCAPE '\' ORDER BY id LIMIT ?;

-- name: counts
SELECT 'record', count(*) FROM record
UNION ALL SELECT 'object', count(DISTINCT id) FROM record
UNION ALL SELECT 'live', count(*) FROM record r WHERE status = 'live' AND NOT EXISTS
    (SELECT 1 FROM record n WHERE n.id = r.id AND n.version > r.version)
UNION ALL SELECT 'finding', count(*) FROM finding WHERE status = 'live'
UNION ALL SELECT 'retracted', count(*) FROM finding WHERE status = 'retracted'
UNION ALL SELECT 'rejected', count(*) FROM rejected
UNION ALL SELECT 'blob', count(*) FROM blob
UNION ALL SELECT 'cell', count(DISTINCT cell) FROM strand
UNION ALL SELECT 'view_entry', count(*) FROM view_entry
UNION ALL SELECT 'ledger', count(*) FROM ledger
UNION ALL SELECT 'event', count(*) FROM event;
