-- The projection of findings, rebuilt from records at will; assets, rates and coverage.

CREATE TABLE finding (
    id          TEXT    NOT NULL PRIMARY KEY,
    seq         INTEGER NOT NULL REFERENCES record (seq),
    version     INTEGER NOT NULL,
    observation TEXT,
    owner       TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    t0          INTEGER NOT NULL,
    t1          INTEGER NOT NULL,
    precision   TEXT    NOT NULL,
    lon         REAL,
    lat         REAL,
    radius_m    REAL,
    measures    TEXT    NOT NULL,
    detector    TEXT,
    reliability TEXT    NOT NULL,
    credibility INTEGER NOT NULL,
    status      TEXT    NOT NULL CHECK (status IN ('live', 'retracted')),
    reason      TEXT,
    replaced_by TEXT
) STRICT;

CREATE INDEX finding_kind ON finding (status, kind, t0, id);
CREATE INDEX finding_time ON finding (status, t0, id);
CREATE INDEX finding_observation ON finding (observation);

CREATE TABLE finding_subject (
    id      TEXT NOT NULL REFERENCES finding (id),
    subject TEXT NOT NULL,
    PRIMARY KEY (id, subject)
) STRICT;

CREATE INDEX finding_subject_of ON finding_subject (subject, id);

CREATE TABLE finding_asset (
    id    TEXT NOT NULL REFERENCES finding (id),
    asset TEXT NOT NULL,
    PRIMARY KEY (id, asset)
) STRICT;

CREATE INDEX finding_asset_of ON finding_asset (asset, id);

CREATE TABLE asset (
    id    TEXT NOT NULL PRIMARY KEY,
    kind  TEXT NOT NULL,
    name  TEXT NOT NULL,
    asset TEXT NOT NULL
) STRICT;

CREATE TABLE asset_edge (
    a        TEXT NOT NULL REFERENCES asset (id),
    b        TEXT NOT NULL REFERENCES asset (id),
    relation TEXT NOT NULL,
    PRIMARY KEY (a, b, relation)
) STRICT;

-- Background rates of kinds (events per day) over a stated span, for the picture.
CREATE TABLE rate (
    kind    TEXT    NOT NULL,
    place   TEXT    NOT NULL,
    t0      INTEGER NOT NULL,
    t1      INTEGER NOT NULL,
    per_day REAL    NOT NULL,
    upper   REAL    NOT NULL,
    PRIMARY KEY (kind, place, t0, t1)
) STRICT;

-- Where and when a desk was able to see a kind: negative evidence counts only here.
CREATE TABLE coverage (
    kind      TEXT    NOT NULL,
    place     TEXT    NOT NULL,
    t0        INTEGER NOT NULL,
    t1        INTEGER NOT NULL,
    precision TEXT    NOT NULL,
    quality   REAL    NOT NULL,
    PRIMARY KEY (kind, place, t0, t1)
) STRICT;
