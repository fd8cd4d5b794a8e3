-- Who a member is at an identity provider: told beforehand by an admin (bound_at is null until the
-- first sign-in), or found at the first sign-in. Once bound it decides, and names never do.
create table identities (
    tenant    text not null,
    upn_fold  text not null,
    issuer    text not null,
    subject   text not null,
    bound_at  integer,
    -- The newest sign-in that an event was written for.
    signed_in integer,
    primary key (tenant, upn_fold),
    unique (tenant, issuer, subject),
    foreign key (tenant, upn_fold) references members (tenant, upn_fold) on delete cascade
);
create index identities_by_subject on identities (issuer, subject);
