-- Times are microseconds since the epoch; ids are lower-case text; *_fold columns hold the
-- lower-case form that look-ups compare.

-- A text sealed by the sealing key at the first start: another key does not open it.
create table key_mark (
    body blob not null
);

create table tenants (
    id         text primary key,
    name       text not null,
    domain     text not null,
    partner_id text,
    sample     integer not null,
    created    integer not null
);

create table members (
    tenant       text not null references tenants (id),
    upn          text not null,
    upn_fold     text not null,
    display_name text,
    bound        integer not null default 0,
    added_by     text not null,
    added_at     integer not null,
    last_sign_in integer,
    until        integer,
    primary key (tenant, upn_fold)
);

create table member_roles (
    tenant   text not null,
    upn_fold text not null,
    role     text not null,
    primary key (tenant, upn_fold, role),
    foreign key (tenant, upn_fold) references members (tenant, upn_fold) on delete cascade
);

-- A one-time code has a public half that finds it and a secret half that is kept hashed.
create table invites (
    id         text primary key,
    tenant     text not null,
    upn_fold   text not null,
    secret     blob not null,
    expires    integer not null,
    wrong      integer not null default 0,
    used_at    integer,
    token_hash blob,
    foreign key (tenant, upn_fold) references members (tenant, upn_fold) on delete cascade
);

create table apps (
    client_id text primary key,
    tenant    text not null references tenants (id),
    name      text not null,
    may       text not null,
    secret    blob not null,
    expires   integer,
    added_by  text not null,
    added_at  integer not null,
    unique (tenant, name)
);

create table tokens (
    hash      blob primary key,
    tenant    text not null references tenants (id),
    upn_fold  text,
    client_id text references apps (client_id) on delete cascade,
    created   integer not null,
    expires   integer not null,
    last_used integer not null,
    foreign key (tenant, upn_fold) references members (tenant, upn_fold) on delete cascade
);

create table users (
    tenant   text not null references tenants (id),
    upn      text not null,
    upn_fold text not null,
    name     text,
    email    text,
    primary key (tenant, upn_fold)
);

create table devices (
    id            text primary key,
    tenant        text not null references tenants (id),
    name          text not null,
    name_fold     text not null,
    serial_number text,
    global_id     text,
    user_fold     text,
    ring          text,
    persona       text,
    facts         text not null,
    created       integer not null,
    unique (tenant, name_fold)
);
create index devices_by_user on devices (tenant, user_fold);
create index devices_by_serial on devices (tenant, serial_number);

create table enrollments (
    id       text primary key,
    tenant   text not null references tenants (id),
    device   text not null references devices (id),
    secret   blob not null,
    expires  integer not null,
    wrong    integer not null default 0,
    used_at  integer,
    key_hash blob,
    made_by  text not null
);

create table agents (
    device       text primary key references devices (id),
    key_hash     blob not null unique,
    account      text not null,
    login_name   text not null,
    backend      text not null,
    presence     text not null,
    stopped      text,
    enrolled_at  integer not null,
    last_contact integer
);

create table ledgers (
    device     text primary key references devices (id),
    highest    integer not null,
    device_at  integer,
    unheard    integer not null,
    marks      text not null,
    owed_since integer,
    quiet      integer not null default 0
);

create table generations (
    device         text not null references devices (id),
    number         integer not null,
    attempt        text not null,
    state          text not null,
    sealed         blob not null,
    confirmed_at   integer,
    seen_by_open   text not null,
    seen_by_closed integer not null,
    seen_at        integer,
    primary key (device, number)
);

-- Looked at every second, by the job that notes age.
create index generations_current on generations (confirmed_at) where state = '"current"';

create table requests (
    id             text primary key,
    tenant         text not null references tenants (id),
    partner_id     text not null,
    device         text not null references devices (id),
    device_name    text not null,
    requester      text not null,
    requester_fold text not null,
    by_app         integer not null,
    ticket_id      text not null,
    title          text not null,
    category       text not null,
    subcategory    text not null,
    plan           text not null,
    actions        text not null,
    closer         text not null,
    created        integer not null,
    ends           integer not null,
    renewed        integer,
    closed         integer,
    expired        integer not null default 0,
    password_at    integer,
    opened_with    integer,
    -- What the agent has still to do on the device after the end, and what it found.
    aftermath_due  integer not null default 0,
    closing        text
);
create index requests_by_device on requests (device, closed);
create index requests_by_tenant on requests (tenant, created);
create index requests_open on requests (ends) where closed is null;
-- A person has one open request for a device.
create unique index requests_one_each
    on requests (device, requester_fold) where closed is null and by_app = 0;

create table views (
    id             integer primary key,
    request        text not null references requests (id),
    tenant         text not null,
    viewer         text not null,
    viewer_fold    text not null,
    generation     integer not null,
    at             integer not null,
    -- A repeated read of the same generation by the same person does not count against limits.
    counted        integer not null
);
create index views_by_request on views (request);
create index views_by_viewer on views (viewer_fold, at);

create table audit (
    tenant text not null,
    seq    integer not null,
    time   integer not null,
    who    text not null,
    action text not null,
    device text,
    body   blob not null,
    hash   text not null,
    primary key (tenant, seq)
);
create index audit_by_device on audit (tenant, device, seq);

create table heads (
    tenant text not null,
    seq    integer not null,
    body   text not null,
    primary key (tenant, seq)
);

create table idempotency (
    scope   text primary key,
    body    blob not null,
    status  integer not null,
    answer  text,
    created integer not null
);
