-- What this node knew when: grants and consents by when they came, labels by when they were changed.

ALTER TABLE grant_ ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE consent ADD COLUMN at INTEGER NOT NULL DEFAULT 0;

-- When a recall was lifted, if it was.
ALTER TABLE recall ADD COLUMN lifted INTEGER;

-- The label that a version had until it got the one it has.
CREATE TABLE relabelled (
    seq   INTEGER NOT NULL REFERENCES record (seq),
    until INTEGER NOT NULL,
    cell  TEXT    NOT NULL,
    PRIMARY KEY (seq, until)
) STRICT;
