-- name: put
INSERT INTO call (party, way, failures, since, tried, ok, due, problem, asked)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (party, way) DO UPDATE SET
    failures = excluded.failures, since = excluded.since, tried = excluded.tried,
    ok = excluded.ok, due = excluded.due, problem = excluded.problem,
    asked = excluded.asked;

-- name: call
SELECT party, way, failures, since, tried, ok, due, problem, asked
FROM call WHERE party = ? AND way = ?;

-- name: left_alone
SELECT 1 FROM call WHERE party = ? AND failures > 0 AND due > tried + ? AND due > ? AND due > asked
LIMIT 1;

-- name: sooner
UPDATE call SET due = CASE WHEN asked > tried + ? THEN asked ELSE tried + ? END
WHERE party = ? AND failures > 0 AND due > tried + ? AND due > ?;

-- name: drop
DELETE FROM call WHERE party = ?;
