-- name: put_agreement
INSERT INTO agreement (sha256, id, bytes) VALUES (?, ?, ?) ON CONFLICT (sha256) DO NOTHING;

-- name: put_member
INSERT INTO agreement_set (set_sha256, id, sha256) VALUES (?, ?, ?)
ON CONFLICT (set_sha256, id) DO NOTHING;

-- name: members
SELECT s.id, s.sha256, a.bytes
FROM agreement_set s JOIN agreement a ON a.sha256 = s.sha256
WHERE s.set_sha256 = ? ORDER BY s.id;

-- name: believed
SELECT epoch, set_sha256, valid_from, valid_to, known_from FROM epoch
WHERE known_to = ? AND valid_to > ? ORDER BY valid_from;

-- name: newest
SELECT epoch, set_sha256, valid_from, known_from FROM epoch
WHERE known_to = ? AND valid_to = ?;

-- name: last
SELECT coalesce(max(epoch), 0), coalesce(max(known_from), 0) FROM epoch;

-- name: last_epoch
SELECT coalesce(max(epoch), 0) FROM epoch;

-- name: end_belief
UPDATE epoch SET known_to = ? WHERE epoch = ? AND known_from = ?;

-- name: put_epoch
INSERT INTO epoch (epoch, set_sha256, valid_from, valid_to, known_from, known_to)
VALUES (?, ?, ?, ?, ?, ?);

-- name: in_force
SELECT epoch, set_sha256 FROM epoch
WHERE valid_from <= ? AND ? < valid_to AND known_from <= ? AND ? < known_to;

-- name: grant
SELECT grant_ FROM grant_ WHERE id = ?;

-- name: put_grant
INSERT INTO grant_ (id, grant_, at) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET grant_ = excluded.grant_;

-- name: grants
SELECT grant_ FROM grant_ WHERE at <= ? ORDER BY id;

-- name: consent
SELECT consent FROM consent WHERE id = ?;

-- name: put_consent
INSERT INTO consent (id, consent, at) VALUES (?, ?, ?)
ON CONFLICT (id) DO UPDATE SET consent = excluded.consent;

-- name: consents
SELECT consent FROM consent WHERE at <= ? ORDER BY id;

-- name: last_position
SELECT coalesce(max(position), -1) FROM party;

-- name: put_party
INSERT INTO party (code, position, party) VALUES (?, ?, ?)
ON CONFLICT (code) DO UPDATE SET party = excluded.party;

-- name: parties
SELECT party FROM party ORDER BY position;
