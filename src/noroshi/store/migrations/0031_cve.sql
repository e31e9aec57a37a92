-- Values of vulnerabilities and of observed-data are known as well: all are looked through once more.
DELETE FROM posting;
DELETE FROM posted;
DELETE FROM cursor WHERE consumer = 'postings';
