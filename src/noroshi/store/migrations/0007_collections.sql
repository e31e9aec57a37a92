-- Plain TAXII collections: what an operator's clients put in and take out. They hold no records and
-- no labels, and nothing here refers to what agreements release.

-- How many entries a collection ever had, and the date of the latest: both only rise, so that no
-- place in a page and no date is ever given twice, whatever was deleted since.
CREATE TABLE taxii_collection (
    id         TEXT    NOT NULL PRIMARY KEY,
    n          INTEGER NOT NULL,
    entered_at INTEGER NOT NULL
) STRICT;

-- A version of an object. `dated` says that the version is the object's own, and not the date on
-- which it was added. `last`, `first`, `newest` and `plain` are as in view_current.
CREATE TABLE taxii_object (
    collection   TEXT    NOT NULL REFERENCES taxii_collection (id),
    n            INTEGER NOT NULL,
    entered_at   INTEGER NOT NULL,
    oid          TEXT    NOT NULL,
    oversion     INTEGER NOT NULL,
    dated        INTEGER NOT NULL CHECK (dated IN (0, 1)),
    otype        TEXT    NOT NULL,
    spec_version TEXT    NOT NULL,
    last         INTEGER NOT NULL,
    first        INTEGER NOT NULL,
    newest       INTEGER NOT NULL,
    plain        INTEGER NOT NULL,
    body         BLOB    NOT NULL,
    PRIMARY KEY (collection, n),
    UNIQUE (collection, oid, spec_version, oversion),
    UNIQUE (collection, entered_at)
) STRICT;

CREATE INDEX taxii_object_plain ON taxii_object (collection, n) WHERE plain = 1;
CREATE INDEX taxii_object_plain_type ON taxii_object (collection, plain, otype, n);
CREATE INDEX taxii_object_type ON taxii_object (collection, otype, n);
CREATE INDEX taxii_object_spec ON taxii_object (collection, spec_version, n);
CREATE INDEX taxii_object_oid ON taxii_object (collection, oid, n);
CREATE INDEX taxii_object_version ON taxii_object (collection, oversion, n);

-- What became of a request to add objects: for the account that sent it, until `until`.
CREATE TABLE taxii_status (
    root    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    account TEXT    NOT NULL,
    until   INTEGER NOT NULL,
    body    BLOB    NOT NULL,
    PRIMARY KEY (root, id)
) STRICT;

CREATE INDEX taxii_status_until ON taxii_status (until);
