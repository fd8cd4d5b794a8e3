-- What is held tells of something that is not certain yet: a view that a mandatory audit sink has
-- not taken. It goes, or is forgotten, once that is known.
alter table deliveries add column held integer not null default 0;
create index deliveries_held on deliveries (notice) where held = 1;

-- The audit sinks that the configuration has named so far: one that is not here is new.
create table audit_sinks (
    name text primary key
);
insert into audit_sinks (name) select distinct sink from audit_cursors;
