-- name: put
INSERT INTO task (id, kind, key, title, why, record, party, raised, due)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: update
UPDATE task SET title = ?, why = ?, due = ? WHERE id = ?;

-- name: reopen
UPDATE task SET closed = NULL, closed_by = NULL WHERE id = ?;

-- name: assign
UPDATE task SET assignee = ? WHERE id = ?;

-- name: close
UPDATE task SET closed = ?, closed_by = ? WHERE id = ? AND closed IS NULL;

-- name: task
SELECT id, kind, key, title, why, record, party, raised, due, assignee, closed, closed_by
FROM task WHERE id = ?;

-- name: open
SELECT id, kind, key, title, why, record, party, raised, due, assignee, closed, closed_by
FROM task WHERE closed IS NULL ORDER BY due, id;

-- name: all
SELECT id, kind, key, title, why, record, party, raised, due, assignee, closed, closed_by
FROM task ORDER BY raised, id;

-- name: last_note
SELECT coalesce(max(n), 0) FROM task_note WHERE task = ?;

-- name: note
INSERT INTO task_note (task, n, at, who, did, why) VALUES (?, ?, ?, ?, ?, ?);

-- name: notes
SELECT at, who, did, why FROM task_note WHERE task = ? ORDER BY n;

-- name: owe
INSERT INTO owed (clause, party, id, version, seq, since, due) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (clause, party, id) DO UPDATE SET
    version = excluded.version, seq = excluded.seq,
    since = CASE WHEN owed.met IS NULL THEN owed.since ELSE excluded.since END,
    due = CASE WHEN owed.met IS NULL THEN owed.due ELSE excluded.due END,
    met = NULL, how = NULL
WHERE excluded.version > owed.version;

-- name: owed
SELECT clause, party, id, version, seq, since, due, met, how FROM owed WHERE met IS NULL
ORDER BY due, clause, party, id;

-- name: owed_to
SELECT clause, party, id, version, seq, since, due, met, how FROM owed
WHERE met IS NULL AND party = ? ORDER BY due, clause, id;

-- name: every_owed
SELECT clause, party, id, version, seq, since, due, met, how FROM owed
ORDER BY since, clause, party, id;

-- name: meet
UPDATE owed SET met = ?, how = ?
WHERE clause = ? AND party = ? AND id = ? AND version = ? AND met IS NULL;
