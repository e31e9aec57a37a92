-- name: put
INSERT INTO finding (id, seq, version, observation, owner, kind, t0, t1, precision, lon, lat,
    radius_m, measures, detector, reliability, credibility, status, reason, replaced_by)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: drop_subjects
DELETE FROM finding_subject WHERE id = ?;

-- name: drop_assets
DELETE FROM finding_asset WHERE id = ?;

-- name: drop
DELETE FROM finding WHERE id = ?;

-- name: drop_all_subjects
DELETE FROM finding_subject;

-- name: drop_all_assets
DELETE FROM finding_asset;

-- name: drop_all
DELETE FROM finding;

-- name: put_subject
INSERT INTO finding_subject (id, subject) VALUES (?, ?);

-- name: put_asset
INSERT INTO finding_asset (id, asset) VALUES (?, ?);

-- name: version
SELECT version FROM finding WHERE id = ?;

-- name: seq
SELECT seq FROM record WHERE id = ? AND version = ?;

-- name: latest_version
SELECT max(version) FROM record WHERE id = ?;

-- name: retraction
SELECT reason, replaced_by FROM retraction WHERE seq = ?;

-- name: rows
SELECT id, seq, version, observation, owner, kind, t0, t1, precision, lon, lat, radius_m,
       measures, detector, reliability, credibility, status, reason, replaced_by
FROM finding
WHERE status = ? AND t0 < ? AND t1 >= ?
ORDER BY t0, id LIMIT ?;

-- name: row
SELECT id, seq, version, observation, owner, kind, t0, t1, precision, lon, lat, radius_m,
       measures, detector, reliability, credibility, status, reason, replaced_by
FROM finding
WHERE id = ?;

-- name: rows_of_kind
SELECT id, seq, version, observation, owner, kind, t0, t1, precision, lon, lat, radius_m,
       measures, detector, reliability, credibility, status, reason, replaced_by
FROM finding
WHERE status = ? AND kind = ? AND t0 < ? AND t1 >= ?
ORDER BY t0, id LIMIT ?;

-- name: rows_of_asset
SELECT f.id, f.seq, f.version, f.observation, f.owner, f.kind, f.t0, f.t1, f.precision, f.lon,
       f.lat, f.radius_m, f.measures, f.detector, f.reliability, f.credibility, f.status,
       f.reason, f.replaced_by
FROM finding_asset a JOIN finding f ON f.id = a.id
WHERE a.asset = ? AND f.status = ? AND f.kind = COALESCE(?, f.kind) AND f.t0 < ? AND f.t1 >= ?
ORDER BY f.t0, f.id LIMIT ?;

-- name: subjects
SELECT id, subject FROM finding_subject WHERE id IN (?*) ORDER BY subject;

-- name: assets
SELECT id, asset FROM finding_asset WHERE id IN (?*) ORDER BY asset;
