-- name: counts
SELECT value, n FROM posted WHERE value IN (?*);

-- name: count
INSERT INTO posted (value, n) VALUES (?, ?)
ON CONFLICT (value) DO UPDATE SET n = excluded.n;

-- name: put
INSERT INTO posting (value, seq) VALUES (?, ?) ON CONFLICT (value, seq) DO NOTHING;

-- name: seqs
SELECT DISTINCT seq FROM posting WHERE value IN (?*) ORDER BY seq;

-- name: drop
DELETE FROM posting;

-- name: drop_counts
DELETE FROM posted;
