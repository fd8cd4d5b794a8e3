-- Until when a sink's receiver wants nothing at all (Retry-After): nothing is sent to it before.
create table sink_waits (
    sink  text primary key,
    until integer not null
);
