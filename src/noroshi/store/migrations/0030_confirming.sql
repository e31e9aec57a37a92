-- What two people of this node agreed to: that a record, under the label of `cell` and after the
-- transforms of `way`, goes to a party.

-- `ended` is when the record was taken back. Instants are µs UTC.
CREATE TABLE confirmation (
    party  TEXT    NOT NULL,
    record TEXT    NOT NULL,
    cell   TEXT    NOT NULL,
    way    TEXT    NOT NULL,
    asked  TEXT    NOT NULL,
    agreed TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    ended  INTEGER,
    PRIMARY KEY (party, record, cell, way, at)
) STRICT;

CREATE INDEX confirmation_record ON confirmation (record);
