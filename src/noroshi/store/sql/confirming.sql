-- name: put
INSERT INTO confirmation (party, record, cell, way, asked, agreed, at)
VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING;

-- name: of_party
SELECT record, cell, way, ended IS NULL OR ended > ? FROM confirmation
WHERE party = ? AND at <= ?;

-- name: of_record
SELECT party, record, cell, way, asked, agreed, at, ended FROM confirmation
WHERE record = ? ORDER BY at, party;

-- name: end
UPDATE confirmation SET ended = ? WHERE record = ? AND ended IS NULL;
