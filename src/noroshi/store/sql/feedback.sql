-- name: put
INSERT INTO feedback (thread, sender, record, about, kind, opinion, note, at, due, asked_by, onward)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: all
SELECT thread, sender, record, about, kind, opinion, note, at, due, asked_by, onward,
       answer, answered_at
FROM feedback ORDER BY at, thread, sender;

-- name: thread
SELECT thread, sender, record, about, kind, opinion, note, at, due, asked_by, onward,
       answer, answered_at
FROM feedback WHERE thread = ? ORDER BY sender;

-- name: answer
UPDATE feedback SET answer = ?, answered_at = coalesce(answered_at, ?)
WHERE thread = ? AND sender = ?;

-- name: last_letter
SELECT n FROM letter WHERE party = ? ORDER BY n DESC LIMIT 1;

-- name: put_letter
INSERT INTO letter (party, n, id, raw, sent) VALUES (?, ?, ?, ?, 0);

-- name: letters
SELECT n, id, raw FROM letter WHERE party = ? AND n > ? ORDER BY n LIMIT ?;

-- name: waiting
SELECT n, id, raw FROM letter WHERE party = ? AND sent = 0 ORDER BY n LIMIT ?;

-- name: letter
SELECT n, id, raw FROM letter WHERE party = ? AND id = ? ORDER BY n DESC;

-- name: sent
UPDATE letter SET sent = 1 WHERE party = ? AND n = ?;
