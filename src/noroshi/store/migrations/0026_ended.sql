-- Whether somebody took an object back from everybody is asked of every object that comes.

CREATE INDEX withdrawal_ended ON withdrawal (id, party) WHERE recalled = 1;
