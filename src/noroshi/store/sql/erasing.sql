-- name: versions
SELECT seq, sha256 FROM record WHERE id = ? ORDER BY seq;

-- name: variants
SELECT DISTINCT id, body_sha256 FROM variant WHERE record_id = ?;

-- name: entries
SELECT e.party, e.n, e.oid, e.otype, e.body_sha256,
       (SELECT count(*) FROM ledger l WHERE l.party = e.party AND l.id = e.oid)
FROM view_entry e WHERE e.seq = ? AND e.otype <> 'erased' ORDER BY e.party, e.n;

-- name: beside
SELECT 1 FROM view_entry WHERE party = ? AND oid = ? AND seq NOT IN (?*) LIMIT 1;

-- name: row
UPDATE ledger SET seal = ?, salt = NULL, id = NULL, version = NULL, clauses = NULL,
    body_sha256 = NULL
WHERE n = ?;

-- name: rows
SELECT n, form, at, party, id, version, clauses, body_sha256, seal FROM ledger WHERE id = ?;

-- name: drop_current
DELETE FROM view_current WHERE party = ? AND n = ?;

-- name: entry
UPDATE view_entry SET oid = ?, oversion = 0, otype = 'erased', body_sha256 = NULL, withdraws = NULL
WHERE party = ? AND n = ?;

-- name: record
UPDATE record SET id = ?, version = ?, kind = 'erased', pillar = 'erased', sha256 = ?,
    status = 'tombstone'
WHERE seq = ?;

-- name: strand
UPDATE record_strand SET cell = ? WHERE seq = ?;

-- name: cells
SELECT cell FROM record_strand WHERE seq = ? UNION SELECT cell FROM relabelled WHERE seq = ?;

-- name: held_cells
SELECT cell FROM holding WHERE id = ?;

-- name: drop_strands
DELETE FROM strand WHERE cell = ?
    AND NOT EXISTS (SELECT 1 FROM record_strand s WHERE s.cell = strand.cell)
    AND NOT EXISTS (SELECT 1 FROM relabelled r WHERE r.cell = strand.cell)
    AND NOT EXISTS (SELECT 1 FROM holding h WHERE h.cell = strand.cell);

-- name: cell
SELECT n FROM cell WHERE cell = ?;

-- name: put_cell
INSERT INTO cell (n, cell) SELECT coalesce(max(n), 0) + 1, ? FROM cell;

-- name: object
SELECT n FROM object WHERE id = ?;

-- name: put_object
INSERT INTO object (n, id, tail) SELECT coalesce(max(n), 0) + 1, ?, ? FROM object;

-- name: drop_object
DELETE FROM object WHERE n = ? AND NOT EXISTS (SELECT 1 FROM reference WHERE target = object.n)
    AND NOT EXISTS (SELECT 1 FROM version v WHERE v.object = object.n);

-- name: referring
SELECT DISTINCT r.id FROM reference f JOIN record r ON r.seq = f.seq
WHERE f.target = ? AND r.id <> ? ORDER BY r.id;

-- name: version
UPDATE version SET object = ?, version = ?, otype = 'erased', finding = NULL, readable = 0,
    live = 0, cell = ?, made = 0, refs = ?
WHERE seq = ?;

-- name: forget_letters
SELECT party, n, raw FROM letter;

-- name: drop_letter
DELETE FROM letter WHERE party = ? AND n = ?;

-- name: aside
SELECT r.sha256, r.place, r.raw_sha256, b.bytes FROM rejected r
LEFT JOIN blob b ON b.sha256 = r.raw_sha256;

-- name: drop_aside
DELETE FROM rejected WHERE sha256 = ? AND place = ?;

-- name: drop_blob
DELETE FROM blob WHERE sha256 = ?
    AND NOT EXISTS (SELECT 1 FROM record r WHERE r.sha256 = blob.sha256)
    AND NOT EXISTS (SELECT 1 FROM variant v WHERE v.body_sha256 = blob.sha256)
    AND NOT EXISTS (SELECT 1 FROM view_entry e WHERE e.body_sha256 = blob.sha256)
    AND NOT EXISTS (SELECT 1 FROM rejected j WHERE j.raw_sha256 = blob.sha256);

-- name: put
INSERT INTO erasure (n, id, at, why, versions, rows, left_over, told)
SELECT coalesce(max(n), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM erasure;

-- name: erasures
SELECT n, id, at, why, versions, rows, left_over, told FROM erasure ORDER BY n;

-- name: left
SELECT e.party, e.n, e.oid, e.otype, e.body_sha256,
       (SELECT count(*) FROM ledger l WHERE l.party = e.party AND l.id = e.oid)
FROM view_entry e JOIN record r ON r.seq = e.seq
WHERE r.id = ? AND e.otype = 'tombstone' ORDER BY e.party, e.n;

-- name: settle
UPDATE erasure SET left_over = ?, rows = rows + ? WHERE id = ?;
