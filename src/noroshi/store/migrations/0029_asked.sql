-- Until when a peer asked to be left alone: one that calls us meanwhile did not take that back, as one
-- that only failed has.

ALTER TABLE call ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
