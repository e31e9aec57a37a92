-- Parts of one statement: `select`, one way in, what else must hold, `order`.

-- name: select
SELECT n FROM view_current WHERE party = ? AND n > ?

-- name: select_object
SELECT n FROM taxii_object WHERE collection = ? AND n > ?

-- name: order
ORDER BY n LIMIT ?

-- name: by_id
oid = ?

-- name: by_type
otype = ?

-- name: by_spec
spec_version = ?

-- name: by_version
oversion = ?

-- name: types
otype IN (?*)

-- name: specs
spec_version IN (?*)

-- name: versions
oversion IN (?*)

-- name: plain
plain = 1

-- name: newest
newest = 1

-- name: last
last = 1

-- name: first
first = 1
