-- What is to be told outside, written in the transaction of the change that it tells.
create table outbox (
    seq        integer primary key autoincrement,
    id         text not null unique,
    tenant     text not null references tenants (id),
    event      text not null,
    -- What the event is about: events of one subject are delivered in their order.
    subject    text not null,
    body       text not null,
    -- E-mail addresses of the people to be told.
    recipients text not null,
    created    integer not null
);
create index outbox_by_subject on outbox (tenant, subject, seq);
