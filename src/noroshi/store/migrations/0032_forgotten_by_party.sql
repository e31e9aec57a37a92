-- A view asks what a partner was to lose and this store forgot; it asks at each of its records.

CREATE INDEX forgotten_by_party ON forgotten (party);
