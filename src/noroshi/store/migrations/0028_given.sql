-- When a partner last gave a version: given again after a withdrawal that never came, it is rightly
-- here, and the ledger of the giver has no other row that says so.

ALTER TABLE holding ADD COLUMN given INTEGER NOT NULL DEFAULT 0;
UPDATE holding SET given = at;
