-- name: last
SELECT coalesce(max(n), 0) FROM keeping;

-- name: put
INSERT INTO keeping (n, commitment, ref, t0, t1, precision, kept, by, note, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: words
SELECT commitment, ref, t0, t1, precision, kept, by, note, at FROM keeping
WHERE n IN (SELECT max(n) FROM keeping GROUP BY commitment, ref) ORDER BY t0, n;
