-- A withdrawal of ours that this store forgot stays known, on the word of who carried it out: it
-- answers whoever asks who had the record. `record` is which one it was, once that is known.

ALTER TABLE forgotten ADD COLUMN record TEXT;
