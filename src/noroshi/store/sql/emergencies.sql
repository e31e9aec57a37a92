-- name: put
INSERT INTO emergency (id, record, party, who, why, since, until, review)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: review
UPDATE emergency SET reviewed = ?, reviewer = ?, outcome = ?, reason = ?
WHERE id = ? AND reviewed IS NULL;

-- name: end
UPDATE emergency SET ended = ? WHERE id = ? AND ended IS NULL AND until > ?;

-- name: all
SELECT id, record, party, who, why, since, until, review, ended, reviewed, reviewer, outcome, reason
FROM emergency ORDER BY since, id;
