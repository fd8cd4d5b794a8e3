-- Where notices go, as the configuration said at the last start: a notice is put out for these.
create table sinks (
    name   text primary key,
    kind   text not null,
    tenant text,
    -- Patterns, separated by commas.
    events text not null
);

-- A notice on its way to one sink, and for e-mail to one addressee.
create table deliveries (
    id        text primary key,
    notice    integer not null references outbox (seq),
    sink      text not null,
    recipient text not null,
    tenant    text not null,
    subject   text not null,
    -- pending, delivered or dead
    state     text not null,
    attempts  integer not null default 0,
    -- From when its age counts.
    since     integer not null,
    -- When it is tried next; null while it waits behind an earlier one, and once it is done.
    next_at   integer,
    done_at   integer,
    error     text,
    unique (notice, sink, recipient)
);
create index deliveries_due on deliveries (sink, next_at) where next_at is not null;
create index deliveries_in_order on deliveries (sink, tenant, subject, recipient, notice)
    where state = 'pending';
create index deliveries_by_state on deliveries (tenant, state, notice);

-- Up to which event a sink has the trail of a tenant.
create table audit_cursors (
    sink   text not null,
    tenant text not null,
    seq    integer not null,
    primary key (sink, tenant)
);
