-- Law: agreements as files, epochs in two times, grants, consents, this node's own parties.

CREATE TABLE agreement (
    sha256 TEXT NOT NULL PRIMARY KEY,
    id     TEXT NOT NULL,
    bytes  BLOB NOT NULL
) STRICT;

CREATE TABLE agreement_set (
    set_sha256 TEXT NOT NULL,
    id         TEXT NOT NULL,
    sha256     TEXT NOT NULL REFERENCES agreement (sha256),
    PRIMARY KEY (set_sha256, id)
) STRICT;

-- Valid time: when the law stood. Known time: when this node held it to be so.
CREATE TABLE epoch (
    epoch      INTEGER NOT NULL,
    set_sha256 TEXT    NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_to   INTEGER NOT NULL,
    known_from INTEGER NOT NULL,
    known_to   INTEGER NOT NULL,
    PRIMARY KEY (epoch, known_from),
    CHECK (valid_from < valid_to),
    CHECK (known_from < known_to)
) STRICT;

CREATE TABLE grant_ (
    id     TEXT NOT NULL PRIMARY KEY,
    grant_ TEXT NOT NULL
) STRICT;

CREATE TABLE consent (
    id      TEXT NOT NULL PRIMARY KEY,
    consent TEXT NOT NULL
) STRICT;

-- Codes after the packaged registry. `position` is local and never leaves the node.
CREATE TABLE party (
    code     TEXT    NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,
    party    TEXT    NOT NULL
) STRICT;

-- Derived from an epoch and the cells: who may see, and how. Filled by the compiled table.
CREATE TABLE audience (
    epoch INTEGER NOT NULL,
    cell  TEXT    NOT NULL,
    word  INTEGER NOT NULL,
    bits  INTEGER NOT NULL,
    PRIMARY KEY (epoch, cell, word)
) STRICT;

CREATE TABLE grant_cache (
    epoch      INTEGER NOT NULL,
    cell       TEXT    NOT NULL,
    party      TEXT    NOT NULL,
    transforms TEXT    NOT NULL,
    clauses    TEXT    NOT NULL,
    PRIMARY KEY (epoch, cell, party)
) STRICT;
