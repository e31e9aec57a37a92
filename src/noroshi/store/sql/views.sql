-- name: last
SELECT n, entered_at FROM view_entry WHERE party = ? ORDER BY n DESC LIMIT 1;

-- name: put
INSERT INTO view_entry (party, n, seq, epoch, entered_at, body_sha256, tombstone, withdraws,
    oid, oversion, otype, spec_version)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: journal
SELECT n, oid, oversion, otype, spec_version, tombstone, withdraws, body_sha256
FROM view_entry WHERE party = ? AND otype <> 'erased' ORDER BY n;

-- name: parties
SELECT DISTINCT party FROM view_entry ORDER BY party;

-- name: about
SELECT n, about, oid, oversion, otype, spec_version, tombstone, last, first, newest, plain
FROM view_current WHERE party = ? AND about IN (?*) ORDER BY about, n;

-- name: drop_current
DELETE FROM view_current WHERE party = ? AND n = ?;

-- name: drop_all_current
DELETE FROM view_current;

-- name: put_current
INSERT INTO view_current (party, n, about, oid, oversion, otype, spec_version, tombstone,
    last, first, newest, plain, body)
SELECT c.*, b.n
FROM (VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)) c
JOIN view_entry e ON e.party = c.column1 AND e.n = c.column2
JOIN blob b ON b.sha256 = e.body_sha256;

-- name: entered_by
SELECT n FROM view_entry WHERE party = ? AND entered_at <= ? ORDER BY entered_at DESC LIMIT 1;

-- name: entry
SELECT e.n, e.seq, e.entered_at, e.oid, e.oversion, e.otype, e.spec_version, e.body_sha256,
       b.bytes, s.cell
FROM view_entry e JOIN blob b ON b.sha256 = e.body_sha256
JOIN record_strand s ON s.seq = e.seq
WHERE e.party = ? AND e.n = ?;

-- name: page
SELECT e.n, e.seq, e.entered_at, e.oid, e.oversion, e.otype, e.spec_version, e.body_sha256,
       b.bytes, s.cell
FROM view_current c
JOIN view_entry e ON e.party = c.party AND e.n = c.n
JOIN blob b ON b.n = c.body AND b.sha256 = e.body_sha256
JOIN record_strand s ON s.seq = e.seq
WHERE c.party = ? AND c.n > ? AND c.plain = 1
ORDER BY c.n LIMIT ?;

-- name: page_every
SELECT e.n, e.seq, e.entered_at, e.oid, e.oversion, e.otype, e.spec_version, e.body_sha256,
       b.bytes, s.cell
FROM view_current c
JOIN view_entry e ON e.party = c.party AND e.n = c.n
JOIN blob b ON b.n = c.body AND b.sha256 = e.body_sha256
JOIN record_strand s ON s.seq = e.seq
WHERE c.party = ? AND c.n > ? AND c.newest = 1
ORDER BY c.n LIMIT ?;

-- name: object
SELECT e.n, e.seq, e.entered_at, e.oid, e.oversion, e.otype, e.spec_version, e.body_sha256,
       b.bytes, s.cell
FROM view_current c
CROSS JOIN view_entry e
JOIN blob b ON b.sha256 = e.body_sha256
JOIN record_strand s ON s.seq = e.seq
WHERE c.party = ? AND c.oid = ? AND e.party = c.party AND e.n = c.n
ORDER BY e.oversion DESC, e.n DESC;

-- name: by_seq
SELECT e.n, e.seq, e.entered_at, e.oid, e.oversion, e.otype, e.spec_version, e.body_sha256,
       b.bytes, s.cell
FROM view_entry e
JOIN view_current c ON c.party = e.party AND c.n = e.n
JOIN blob b ON b.sha256 = e.body_sha256
JOIN record_strand s ON s.seq = e.seq
WHERE e.party = ? AND e.seq IN (?*)
ORDER BY e.seq, e.n;

-- name: state
SELECT seq, epoch, valid_until FROM view_state WHERE party = ?;

-- name: set_state
INSERT INTO view_state (party, seq, epoch, valid_until) VALUES (?, ?, ?, ?)
ON CONFLICT (party) DO UPDATE SET seq = excluded.seq, epoch = excluded.epoch,
    valid_until = excluded.valid_until;

-- name: variant
SELECT record_id, version, transforms_key, id, modified, body_sha256 FROM variant
WHERE record_id = ? AND transforms_key = ? AND version = ?;

-- name: variants
SELECT record_id, version, transforms_key, id, modified, body_sha256 FROM variant
WHERE record_id = ? AND transforms_key = ? ORDER BY version;

-- name: put_variant
INSERT INTO variant (record_id, version, transforms_key, id, modified, body_sha256)
VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (record_id, transforms_key, version) DO NOTHING;

-- name: variants_of
SELECT DISTINCT id FROM variant WHERE record_id = ? ORDER BY id;

-- name: made_of
SELECT record_id FROM variant WHERE id = ? LIMIT 1;
