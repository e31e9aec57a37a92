-- name: last
SELECT coalesce(max(n), 0) FROM event;

-- name: put
INSERT INTO event (n, at, topic, key, epoch) VALUES (?, ?, ?, ?, ?);

-- name: after
SELECT n, at, topic, key, epoch FROM event WHERE n > ? ORDER BY n LIMIT ?;

-- name: after_of
SELECT n, at, topic, key, epoch FROM event WHERE n > ? AND topic IN (?*) ORDER BY n LIMIT ?;

-- name: cursor
SELECT n FROM cursor WHERE consumer = ?;

-- name: set_cursor
INSERT INTO cursor (consumer, n) VALUES (?, ?)
ON CONFLICT (consumer) DO UPDATE SET n = excluded.n;

-- name: meta
SELECT value FROM meta WHERE key = ?;

-- name: set_meta
INSERT INTO meta (key, value) VALUES (?, ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value;

-- name: source
SELECT sha256, name, position, state, done, at FROM source WHERE sha256 = ?;

-- name: set_source
INSERT INTO source (sha256, name, position, state, done, at) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (sha256) DO UPDATE SET name = excluded.name, position = excluded.position,
    state = excluded.state, done = excluded.done, at = excluded.at;
