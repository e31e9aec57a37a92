-- name: put
INSERT INTO call (party, way, failures, since, tried, ok, due, problem)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (party, way) DO UPDATE SET
    failures = excluded.failures, since = excluded.since, tried = excluded.tried,
    ok = excluded.ok, due = excluded.due, problem = excluded.problem;

-- name: call
SELECT party, way, failures, since, tried, ok, due, problem FROM call WHERE party = ? AND way = ?;

-- name: drop
DELETE FROM call WHERE party = ?;
