BEGIN TRANSACTION;
CREATE TABLE agreement (
    sha256 TEXT NOT NULL PRIMARY KEY,
    id     TEXT NOT NULL,
    bytes  BLOB NOT NULL
) STRICT;
INSERT INTO "agreement" VALUES('1638c7994a1884687d07b0697a6618c8b30f1a10db28a1249041b67d57e50a4d','x',X'6964203D202278220A');
CREATE TABLE agreement_set (
    set_sha256 TEXT NOT NULL,
    id         TEXT NOT NULL,
    sha256     TEXT NOT NULL REFERENCES agreement (sha256),
    PRIMARY KEY (set_sha256, id)
) STRICT;
INSERT INTO "agreement_set" VALUES('6046880502ce0c00f8db90b1a26faf28c3719989dbf473a4b8129538967d7a7e','x','1638c7994a1884687d07b0697a6618c8b30f1a10db28a1249041b67d57e50a4d');
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
CREATE TABLE audience (
    epoch INTEGER NOT NULL,
    cell  TEXT    NOT NULL,
    word  INTEGER NOT NULL,
    bits  INTEGER NOT NULL,
    PRIMARY KEY (epoch, cell, word)
) STRICT;
CREATE TABLE blob (
    sha256 TEXT NOT NULL PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;
INSERT INTO "blob" VALUES('c597e8c5e13f7ed8e2b122eb0bfe58e5ade71e9fa119e0dfdeaee09043f9eb31',X'7B226964223A22696E64696361746F722D2D61222C226E223A302C22E6A8AAE6B59C223A225C7530303030227D');
INSERT INTO "blob" VALUES('ed7709ab238028fafe4c28121f35bf779eb6bed85932a87105a220d1b9549902',X'7B226964223A22696E64696361746F722D2D61222C226E223A312C22E6A8AAE6B59C223A225C7530303030227D');
INSERT INTO "blob" VALUES('63781b7da4fea9f06044b17f7b8219f4d3afdbf2b4d58cffd9c5498a96d5e861',X'7B226964223A22696E64696361746F722D2D62222C226E223A322C22E6A8AAE6B59C223A225C7530303030227D');
INSERT INTO "blob" VALUES('3e8d50832a837d8934ae8c9750ac241fd6ee35cf4b7153d5c35c915d22b0a252',X'7B226964223A22696E64696361746F722D2D63222C226E223A332C22E6A8AAE6B59C223A225C7530303030227D');
INSERT INTO "blob" VALUES('da15f47b517775e899b86bcc55440f5494ddd4e673b477d6e67e71a3f6bac0ca',X'6120626F6479206F6620697473206F776E');
CREATE TABLE consent (
    id      TEXT NOT NULL PRIMARY KEY,
    consent TEXT NOT NULL
) STRICT;
CREATE TABLE coverage (
    kind      TEXT    NOT NULL,
    place     TEXT    NOT NULL,
    t0        INTEGER NOT NULL,
    t1        INTEGER NOT NULL,
    precision TEXT    NOT NULL,
    quality   REAL    NOT NULL,
    PRIMARY KEY (kind, place, t0, t1)
) STRICT;
CREATE TABLE cursor (
    consumer TEXT    NOT NULL PRIMARY KEY,
    n        INTEGER NOT NULL
) STRICT;
INSERT INTO "cursor" VALUES('reader',3);
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
INSERT INTO "epoch" VALUES(1,'6046880502ce0c00f8db90b1a26faf28c3719989dbf473a4b8129538967d7a7e',1,4611686018427387904,5,6);
INSERT INTO "epoch" VALUES(1,'6046880502ce0c00f8db90b1a26faf28c3719989dbf473a4b8129538967d7a7e',1,9,6,4611686018427387904);
INSERT INTO "epoch" VALUES(2,'4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945',9,4611686018427387904,6,4611686018427387904);
CREATE TABLE event (
    n     INTEGER NOT NULL PRIMARY KEY,
    at    INTEGER NOT NULL,
    topic TEXT    NOT NULL,
    key   TEXT    NOT NULL,
    epoch INTEGER NOT NULL
) STRICT;
INSERT INTO "event" VALUES(1,10,'record.stored','indicator--a',0);
INSERT INTO "event" VALUES(2,10,'record.stored','indicator--a',0);
INSERT INTO "event" VALUES(3,10,'record.stored','indicator--b',0);
INSERT INTO "event" VALUES(4,10,'record.status','indicator--b',0);
INSERT INTO "event" VALUES(5,10,'record.stored','indicator--c',0);
INSERT INTO "event" VALUES(6,20,'view.changed','EU',0);
INSERT INTO "event" VALUES(7,7,'view.changed','USA',0);
INSERT INTO "event" VALUES(8,5,'epoch.changed','1',1);
INSERT INTO "event" VALUES(9,6,'epoch.changed','2',2);
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
CREATE TABLE finding_asset (
    id    TEXT NOT NULL REFERENCES finding (id),
    asset TEXT NOT NULL,
    PRIMARY KEY (id, asset)
) STRICT;
CREATE TABLE finding_subject (
    id      TEXT NOT NULL REFERENCES finding (id),
    subject TEXT NOT NULL,
    PRIMARY KEY (id, subject)
) STRICT;
CREATE TABLE grant_ (
    id     TEXT NOT NULL PRIMARY KEY,
    grant_ TEXT NOT NULL
) STRICT;
INSERT INTO "grant_" VALUES('grant--1','{"agreement_set":"0000000000000000000000000000000000000000000000000000000000000000","clause":"x/R1","id":"grant--1","onward":"none","originator":"JPN","recipients":["EU"]}');
CREATE TABLE grant_cache (
    epoch      INTEGER NOT NULL,
    cell       TEXT    NOT NULL,
    party      TEXT    NOT NULL,
    transforms TEXT    NOT NULL,
    clauses    TEXT    NOT NULL,
    PRIMARY KEY (epoch, cell, party)
) STRICT;
CREATE TABLE hop (
    seq     INTEGER NOT NULL REFERENCES record (seq),
    i       INTEGER NOT NULL,
    party   TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    attests TEXT    NOT NULL,
    PRIMARY KEY (seq, i)
) STRICT;
INSERT INTO "hop" VALUES(4,0,'FRA',3,'given');
CREATE TABLE inbox (
    peer TEXT    NOT NULL,
    n    INTEGER NOT NULL,
    PRIMARY KEY (peer, n)
) STRICT;
CREATE TABLE ledger (
    n           INTEGER NOT NULL PRIMARY KEY,
    prev        TEXT    NOT NULL,
    sha         TEXT    NOT NULL,
    at          INTEGER NOT NULL,
    party       TEXT    NOT NULL,
    id          TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    clauses     TEXT    NOT NULL,
    body_sha256 TEXT    NOT NULL,
    UNIQUE (party, id, version, body_sha256)
) STRICT;
INSERT INTO "ledger" VALUES(1,'0000000000000000000000000000000000000000000000000000000000000000','8573776aa94c9ab5858fed973116513ac56772ba51c8076f730aac535501a6ce',21,'EU','indicator--a',1,'["x/R1"]','c597e8c5e13f7ed8e2b122eb0bfe58e5ade71e9fa119e0dfdeaee09043f9eb31');
INSERT INTO "ledger" VALUES(2,'8573776aa94c9ab5858fed973116513ac56772ba51c8076f730aac535501a6ce','84e29bd887c4abd2bfe9b4895bab032d7f52bf819a8bf836eb0ed170eb68fde3',22,'EU','indicator--b',1,'[]','da15f47b517775e899b86bcc55440f5494ddd4e673b477d6e67e71a3f6bac0ca');
CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('schema_version','4');
INSERT INTO "meta" VALUES('ledger_head','2 84e29bd887c4abd2bfe9b4895bab032d7f52bf819a8bf836eb0ed170eb68fde3');
INSERT INTO "meta" VALUES('terms','1');
CREATE TABLE migration (
    n INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL
) STRICT;
INSERT INTO "migration" VALUES(1,'0001_records.sql','51227da14230bdd96cdb92e833d83f1b94c921fc08d41f294d8eae7280f10d27');
INSERT INTO "migration" VALUES(2,'0002_findings.sql','de7c04628a56cda4079d023100841c4d37084cb1123a87b6ffdcbab0efaf42c6');
INSERT INTO "migration" VALUES(3,'0003_law.sql','a17d2daf93cbf97fd10b488011c52e5a093ed411049949a9555dc4217fdd7bbe');
INSERT INTO "migration" VALUES(4,'0004_views.sql','1dd7d036809865cb07bc6f9c0772fa6bdb8b4aee0149e366721cd19b041fac89');
CREATE TABLE outbox (
    peer     TEXT    NOT NULL,
    n        INTEGER NOT NULL,
    seq      INTEGER NOT NULL REFERENCES record (seq),
    kind     TEXT    NOT NULL,
    attempts INTEGER NOT NULL,
    due      INTEGER NOT NULL,
    PRIMARY KEY (peer, n)
) STRICT;
CREATE TABLE party (
    code     TEXT    NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,
    party    TEXT    NOT NULL
) STRICT;
CREATE TABLE rate (
    kind    TEXT    NOT NULL,
    place   TEXT    NOT NULL,
    t0      INTEGER NOT NULL,
    t1      INTEGER NOT NULL,
    per_day REAL    NOT NULL,
    upper   REAL    NOT NULL,
    PRIMARY KEY (kind, place, t0, t1)
) STRICT;
CREATE TABLE record (
    seq      INTEGER NOT NULL PRIMARY KEY,
    id       TEXT    NOT NULL,
    version  INTEGER NOT NULL,
    kind     TEXT    NOT NULL,
    pillar   TEXT    NOT NULL,
    owner    TEXT    NOT NULL,
    sha256   TEXT    NOT NULL REFERENCES blob (sha256),
    received INTEGER NOT NULL,
    status   TEXT    NOT NULL CHECK (status IN ('live', 'revoked', 'tombstone')),
    UNIQUE (id, version)
) STRICT;
INSERT INTO "record" VALUES(1,'indicator--a',1,'indicator','cyber','JPN','c597e8c5e13f7ed8e2b122eb0bfe58e5ade71e9fa119e0dfdeaee09043f9eb31',2,'live');
INSERT INTO "record" VALUES(2,'indicator--a',2,'indicator','cyber','JPN','ed7709ab238028fafe4c28121f35bf779eb6bed85932a87105a220d1b9549902',3,'live');
INSERT INTO "record" VALUES(3,'indicator--b',1,'indicator','cyber','JPN','63781b7da4fea9f06044b17f7b8219f4d3afdbf2b4d58cffd9c5498a96d5e861',2,'revoked');
INSERT INTO "record" VALUES(4,'indicator--c',5,'indicator','cyber','FRA','3e8d50832a837d8934ae8c9750ac241fd6ee35cf4b7153d5c35c915d22b0a252',6,'live');
CREATE TABLE record_strand (
    seq  INTEGER NOT NULL PRIMARY KEY REFERENCES record (seq),
    cell TEXT    NOT NULL
) STRICT;
INSERT INTO "record_strand" VALUES(1,'d6d53d4aa554197c6244455b29bff1e00f3b9710a3a3fb7ed269347d5e4f16ca');
INSERT INTO "record_strand" VALUES(2,'179002bf36c786d7b55ca5e2373a5819e542fd61938d2376bb4534f0250a4160');
INSERT INTO "record_strand" VALUES(3,'d6d53d4aa554197c6244455b29bff1e00f3b9710a3a3fb7ed269347d5e4f16ca');
INSERT INTO "record_strand" VALUES(4,'179002bf36c786d7b55ca5e2373a5819e542fd61938d2376bb4534f0250a4160');
CREATE TABLE rejected (
    sha256     TEXT    NOT NULL,
    place      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    raw_sha256 TEXT REFERENCES blob (sha256),
    PRIMARY KEY (sha256, place)
) STRICT;
CREATE TABLE retraction (
    seq         INTEGER NOT NULL PRIMARY KEY REFERENCES record (seq),
    reason      TEXT,
    replaced_by TEXT
) STRICT;
CREATE TABLE source (
    sha256   TEXT    NOT NULL PRIMARY KEY,
    name     TEXT    NOT NULL,
    position INTEGER NOT NULL,
    state    BLOB    NOT NULL,
    done     INTEGER NOT NULL CHECK (done IN (0, 1)),
    at       INTEGER NOT NULL
) STRICT;
INSERT INTO "source" VALUES('ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff','ais.nmea',100,X'007374617465',0,9);
CREATE TABLE strand (
    cell   TEXT NOT NULL,
    key    TEXT NOT NULL,
    strand TEXT NOT NULL,
    PRIMARY KEY (cell, key)
) STRICT;
INSERT INTO "strand" VALUES('d6d53d4aa554197c6244455b29bff1e00f3b9710a3a3fb7ed269347d5e4f16ca','bc44f4f02034a3f672580872d46996a0f9f66bc9c443d18010de148065e517bd','{"kind":"indicator","originator":"JPN","pillar":"cyber","tlp":"green"}');
INSERT INTO "strand" VALUES('179002bf36c786d7b55ca5e2373a5819e542fd61938d2376bb4534f0250a4160','7a271ff17d2dc129c621828d6b234697c9c1f94e5f4eeed3ee6c38ae19ccfcbe','{"kind":"indicator","originator":"FRA","pillar":"cyber"}');
INSERT INTO "strand" VALUES('179002bf36c786d7b55ca5e2373a5819e542fd61938d2376bb4534f0250a4160','029b843c8960005ab6f7e02c03245519bb847e6d90a3d90276c874ed8789146c','{"kind":"stop","only":["EU"],"originator":"JPN","pillar":"maritime"}');
CREATE TABLE variant (
    record_id      TEXT    NOT NULL,
    version        INTEGER NOT NULL,
    transforms_key TEXT    NOT NULL,
    id             TEXT    NOT NULL,
    modified       INTEGER NOT NULL,
    body_sha256    TEXT    NOT NULL REFERENCES blob (sha256),
    PRIMARY KEY (record_id, transforms_key, version)
) STRICT;
CREATE TABLE view_current (
    party        TEXT    NOT NULL,
    n            INTEGER NOT NULL,
    about        TEXT    NOT NULL,
    oid          TEXT    NOT NULL,
    oversion     INTEGER NOT NULL,
    otype        TEXT    NOT NULL,
    spec_version TEXT    NOT NULL,
    tombstone    INTEGER NOT NULL,
    last         INTEGER NOT NULL,
    first        INTEGER NOT NULL,
    newest       INTEGER NOT NULL,
    plain        INTEGER NOT NULL,
    PRIMARY KEY (party, n)
) STRICT;
INSERT INTO "view_current" VALUES('EU',1,'indicator--a','indicator--a',1,'indicator','2.1',0,0,1,1,0);
INSERT INTO "view_current" VALUES('EU',2,'indicator--a','indicator--a',2,'indicator','2.1',0,1,0,1,1);
INSERT INTO "view_current" VALUES('EU',5,'indicator--c','indicator--c',5,'indicator','2.0',0,1,1,1,1);
INSERT INTO "view_current" VALUES('USA',1,'indicator--a','indicator--a',1,'indicator','2.1',0,1,1,1,1);
CREATE TABLE view_entry (
    party        TEXT    NOT NULL,
    n            INTEGER NOT NULL,
    seq          INTEGER NOT NULL REFERENCES record (seq),
    epoch        INTEGER NOT NULL,
    entered_at   INTEGER NOT NULL,
    body_sha256  TEXT REFERENCES blob (sha256),
    tombstone    INTEGER NOT NULL CHECK (tombstone IN (0, 1)),
    withdraws    TEXT,
    oid          TEXT    NOT NULL,
    oversion     INTEGER NOT NULL,
    otype        TEXT    NOT NULL,
    spec_version TEXT    NOT NULL,
    PRIMARY KEY (party, n),
    UNIQUE (party, entered_at)
) STRICT;
INSERT INTO "view_entry" VALUES('EU',1,1,1,20,'c597e8c5e13f7ed8e2b122eb0bfe58e5ade71e9fa119e0dfdeaee09043f9eb31',0,NULL,'indicator--a',1,'indicator','2.1');
INSERT INTO "view_entry" VALUES('EU',2,2,1,21,'ed7709ab238028fafe4c28121f35bf779eb6bed85932a87105a220d1b9549902',0,NULL,'indicator--a',2,'indicator','2.1');
INSERT INTO "view_entry" VALUES('EU',3,3,1,22,'da15f47b517775e899b86bcc55440f5494ddd4e673b477d6e67e71a3f6bac0ca',0,NULL,'indicator--b',1,'indicator','2.1');
INSERT INTO "view_entry" VALUES('EU',4,3,1,23,NULL,1,NULL,'indicator--b',2,'indicator','2.1');
INSERT INTO "view_entry" VALUES('EU',5,4,1,24,'3e8d50832a837d8934ae8c9750ac241fd6ee35cf4b7153d5c35c915d22b0a252',0,NULL,'indicator--c',5,'indicator','2.0');
INSERT INTO "view_entry" VALUES('USA',1,1,1,7,'c597e8c5e13f7ed8e2b122eb0bfe58e5ade71e9fa119e0dfdeaee09043f9eb31',0,NULL,'indicator--a',1,'indicator','2.1');
CREATE TABLE view_state (
    party       TEXT    NOT NULL PRIMARY KEY,
    seq         INTEGER NOT NULL,
    epoch       INTEGER NOT NULL,
    valid_until INTEGER NOT NULL
) STRICT;
INSERT INTO "view_state" VALUES('EU',4,1,4611686018427387904);
CREATE INDEX finding_kind ON finding (status, kind, t0, id);
CREATE INDEX finding_time ON finding (status, t0, id);
CREATE INDEX finding_observation ON finding (observation);
CREATE INDEX finding_subject_of ON finding_subject (subject, id);
CREATE INDEX finding_asset_of ON finding_asset (asset, id);
CREATE INDEX view_entry_seq ON view_entry (party, seq, n);
CREATE TRIGGER view_entry_kept BEFORE UPDATE ON view_entry
BEGIN SELECT RAISE(ABORT, 'the view journal is append-only'); END;
CREATE TRIGGER view_entry_stays BEFORE DELETE ON view_entry
BEGIN SELECT RAISE(ABORT, 'the view journal is append-only'); END;
CREATE INDEX view_current_plain ON view_current (party, n) WHERE plain = 1;
CREATE INDEX view_current_plain_type ON view_current (party, plain, otype, n);
CREATE INDEX view_current_type ON view_current (party, otype, n);
CREATE INDEX view_current_spec ON view_current (party, spec_version, n);
CREATE INDEX view_current_oid ON view_current (party, oid, n);
CREATE INDEX view_current_version ON view_current (party, oversion, n);
CREATE INDEX view_current_about ON view_current (party, about, n);
CREATE INDEX variant_id ON variant (id);
COMMIT;
