-- Support requests. One that waits for an admin is a row whose state is `awaitingAdmin`; it is no
-- ticket yet, and has `filed` 0.
create table tickets (
    id              text primary key,
    tenant          text not null references tenants (id),
    filed           integer not null,
    filer           text not null,
    filer_fold      text not null,
    partner         integer not null,
    title           text not null,
    description     text not null,
    type            text not null,
    category        text not null,
    subcategory     text not null,
    impacted        integer,
    business_impact text,
    -- The time as it was told, and as filters compare it.
    noticed         text,
    noticed_at      integer,
    reproduced      integer,
    engaged         integer,
    troubleshooting text,
    repro           text,
    -- The published API's number: 2, 3 or 4.
    severity        integer not null,
    hours           text not null,
    -- `active`, `resolved` or `awaitingAdmin`.
    state           text not null,
    -- Closed because a request for action was not answered.
    closed          integer not null default 0,
    destination     text not null,
    taken_by        text,
    next_owner      text not null,
    -- When the customer was last asked to act, while they have not answered.
    asked           integer,
    created         integer not null,
    resolved        integer,
    respond_by      integer,
    responded       integer,
    update_by       integer,
    -- 1 while operations have it: active, and not transferred to somebody else.
    queued          integer not null,
    -- When operations owe something next; far away while it is not theirs to act.
    due             integer not null,
    contact_id      text not null,
    given_name      text not null,
    surname         text not null,
    email           text not null,
    phone           text not null,
    devices         text not null,
    elevation       text
);
-- Lists: every documented filter is decided in an index, newest first. The first is as narrow as
-- can be, because a word in a title is looked for in all of it.
create index tickets_newest on tickets (tenant, filed, created desc, id, title);
create index tickets_by_words on tickets (tenant, filed, created desc, id, title, state, severity,
    category, subcategory, type, filer_fold);
create index tickets_by_state on tickets (tenant, filed, state, severity, created desc, id,
    title, category, subcategory, type, filer_fold);
create index tickets_queue on tickets (tenant, queued, due, severity, id);
create index tickets_asked on tickets (asked) where state = 'active' and asked is not null;
create index tickets_waiting on tickets (tenant, created desc, id) where filed = 0;
create index tickets_by_elevation on tickets (elevation) where elevation is not null;

create table ticket_notes (
    ticket  text not null references tickets (id) on delete cascade,
    number  integer not null,
    kind    text not null,
    created integer not null,
    text    text not null,
    sender  text not null,
    primary key (ticket, number)
);

-- The steps of a ticket as its people see them; the audit trail has them too.
create table ticket_events (
    ticket text not null references tickets (id) on delete cascade,
    number integer not null,
    at     integer not null,
    action text not null,
    who    text not null,
    detail text,
    primary key (ticket, number)
);

-- The bytes lie in files of these ids, below the data directory.
create table ticket_attachments (
    id      text primary key,
    tenant  text not null references tenants (id),
    ticket  text not null references tickets (id) on delete cascade,
    name    text not null,
    size    integer not null,
    sha256  text not null,
    created integer not null,
    sender  text not null
);
create index ticket_attachments_by_ticket on ticket_attachments (ticket, created, id);

create table admin_contacts (
    tenant text not null references tenants (id),
    area   text not null,
    name   text not null,
    email  text not null,
    phone  text not null,
    set_by text not null,
    set_at integer not null,
    primary key (tenant, area)
);

-- Personas that a tenant has switched on or off; the published three are on by themselves.
create table tenant_profiles (
    tenant  text not null references tenants (id),
    persona text not null,
    enabled integer not null,
    primary key (tenant, persona)
);
