-- Whether who withdrew an object took it back from everybody, and has not given it again.
ALTER TABLE withdrawal ADD COLUMN recalled INTEGER NOT NULL DEFAULT 0;
CREATE INDEX withdrawal_recalled ON withdrawal (id) WHERE recalled = 1;
