-- Who was a member and was removed: the roles that their provider still gives bring nobody back, but
-- adding them again does.
create table removed (
    tenant   text not null references tenants (id),
    issuer   text not null,
    subject  text not null,
    upn_fold text not null,
    removed  integer not null,
    primary key (tenant, issuer, subject)
);
create index removed_by_upn on removed (tenant, upn_fold);
