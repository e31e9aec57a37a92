-- name: drop_edges
DELETE FROM asset_edge;

-- name: drop_assets
DELETE FROM asset;

-- name: put_asset
INSERT INTO asset (id, kind, name, asset) VALUES (?, ?, ?, ?);

-- name: put_edge
INSERT INTO asset_edge (a, b, relation) VALUES (?, ?, ?);

-- name: assets
SELECT asset FROM asset ORDER BY id;

-- name: edges
SELECT a, b, relation FROM asset_edge ORDER BY a, b, relation;

-- name: cover
INSERT INTO coverage (kind, place, t0, t1, precision, quality) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, place, t0, t1) DO UPDATE SET quality = excluded.quality;

-- name: coverage
SELECT kind, place, t0, t1, precision, quality FROM coverage
WHERE kind = ? ORDER BY t0, place, t1;
