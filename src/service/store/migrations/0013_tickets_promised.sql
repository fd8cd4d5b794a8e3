-- From when on the target of a ticket counts: where its severity or hours change later, it follows
-- from them and from that moment. It is null on older tickets, which count from their filing.
alter table tickets add column promised integer;
