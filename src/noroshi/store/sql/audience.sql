-- name: covers
SELECT 1 FROM compiled
WHERE epoch = ? AND rests_on = ? AND cells = ? AND since <= ? AND ? < until;

-- name: since
SELECT since FROM compiled WHERE epoch = ? AND since <= ? AND ? < until
ORDER BY since DESC LIMIT 1;

-- name: segments
SELECT since FROM compiled WHERE epoch = ? AND since < ? AND ? < until;

-- name: drop_audience
DELETE FROM audience WHERE epoch = ? AND since = ?;

-- name: drop_grant_cache
DELETE FROM grant_cache WHERE epoch = ? AND since = ?;

-- name: drop_compiled
DELETE FROM compiled WHERE epoch = ? AND since = ?;

-- name: drop_all_audience
DELETE FROM audience;

-- name: drop_all_grant_cache
DELETE FROM grant_cache;

-- name: drop_all_compiled
DELETE FROM compiled;

-- name: put_compiled
INSERT INTO compiled (epoch, since, until, rests_on, cells) VALUES (?, ?, ?, ?, ?);

-- name: put_audience
INSERT INTO audience (epoch, since, word, cell, record, made_from, made_to, bits)
VALUES (?, ?, ?, ?, ?, ?, ?, ?);

-- name: put_grant_cache
INSERT INTO grant_cache
    (epoch, since, party, cell, record, made_from, made_to, transforms, clauses)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: cells
SELECT DISTINCT cell FROM strand ORDER BY cell;

-- name: count_cells
SELECT count(DISTINCT cell) FROM strand;

-- name: cells_of
SELECT DISTINCT s.cell FROM record r JOIN record_strand s ON s.seq = r.seq WHERE r.id = ?;

-- name: unmade
SELECT r.seq, r.received, b.bytes
FROM record_strand s JOIN record r ON r.seq = s.seq JOIN blob b ON b.sha256 = r.sha256
WHERE s.made IS NULL ORDER BY s.seq;

-- name: put_made
UPDATE record_strand SET made = ? WHERE seq = ?;

-- name: order
SELECT code, position FROM party ORDER BY position;

-- name: position
SELECT position FROM party WHERE code = ?;

-- name: visible
SELECT r.seq, r.id, r.version, r.kind, r.status, s.cell
FROM record r JOIN record_strand s ON s.seq = r.seq
WHERE r.seq > ? AND EXISTS (
    SELECT 1 FROM audience a
    WHERE a.epoch = ? AND a.since = ? AND a.word = ? AND a.cell = s.cell
      AND a.record IN ('', r.id) AND coalesce(s.made, ?) BETWEEN a.made_from AND a.made_to - 1
      AND a.bits & ? != 0
)
ORDER BY r.seq LIMIT ?;

-- name: release
SELECT g.transforms, g.clauses
FROM record r JOIN record_strand s ON s.seq = r.seq
JOIN grant_cache g ON g.cell = s.cell AND g.record IN ('', r.id)
WHERE r.seq = ? AND g.epoch = ? AND g.since = ? AND g.party = ?
  AND coalesce(s.made, ?) BETWEEN g.made_from AND g.made_to - 1
ORDER BY g.record DESC LIMIT 1;

-- name: seen
SELECT a.bits, count(*)
FROM record r JOIN record_strand s ON s.seq = r.seq
JOIN audience a ON a.cell = s.cell AND a.record IN ('', r.id)
WHERE a.epoch = ? AND a.since = ? AND a.word = ?
  AND coalesce(s.made, ?) BETWEEN a.made_from AND a.made_to - 1
  AND r.status = 'live'
  AND NOT EXISTS (SELECT 1 FROM record n WHERE n.id = r.id AND n.version > r.version)
  AND (a.record = r.id OR NOT EXISTS (
      SELECT 1 FROM audience o
      WHERE o.epoch = a.epoch AND o.since = a.since AND o.word = a.word AND o.cell = s.cell
        AND o.record = r.id
  ))
GROUP BY a.bits;

-- name: live
SELECT count(*) FROM record r
WHERE r.status = 'live'
  AND NOT EXISTS (SELECT 1 FROM record n WHERE n.id = r.id AND n.version > r.version);
