-- name: current
SELECT id, n, at, status, why, successor, origins, findings, shown FROM incident AS i
WHERE n = (SELECT max(n) FROM incident WHERE id = i.id) ORDER BY at, id;

-- name: versions
SELECT id, n, at, status, why, successor, origins, findings, shown FROM incident
WHERE id = ? ORDER BY n;

-- name: put
INSERT INTO incident (id, n, at, status, why, successor, origins, findings, shown)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: overrules
SELECT n, at, incident, findings, evidence, hypothesis, mark, reason, who, record
FROM overrule ORDER BY n;

-- name: last_overrule
SELECT coalesce(max(n), 0) FROM overrule;

-- name: put_overrule
INSERT INTO overrule (n, at, incident, findings, evidence, hypothesis, mark, reason, who, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: chance_runs
SELECT at, priors, seed, shifts, unit, months, findings, body FROM chance_run ORDER BY n;

-- name: last_chance
SELECT at, priors, seed, shifts, unit, months, findings, body FROM chance_run
ORDER BY n DESC LIMIT 1;

-- name: last_run
SELECT coalesce(max(n), 0) FROM chance_run;

-- name: put_chance
INSERT INTO chance_run (n, at, priors, seed, shifts, unit, months, findings, body)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?);
