-- The identity provider's id of the person who may bind to a member.
-- (A column called `oid` would be the row id of SQLite.)
alter table members add column external_id text;
create unique index members_by_oid on members (tenant, external_id)
    where external_id is not null;
create index members_by_end on members (until) where until is not null;

-- Who gave a role and when, and when something that needs it was last done.
alter table member_roles add column granted_by text not null default '';
alter table member_roles add column granted_at integer not null default 0;
alter table member_roles add column last_used integer;
update member_roles set
    granted_by = (select m.added_by from members m
        where m.tenant = member_roles.tenant and m.upn_fold = member_roles.upn_fold),
    granted_at = (select m.added_at from members m
        where m.tenant = member_roles.tenant and m.upn_fold = member_roles.upn_fold);
create index member_roles_by_role on member_roles (tenant, role);
create index invites_by_member on invites (tenant, upn_fold);

-- Roles and networks of a program, separated by commas; while its secret is rotated, the old one
-- beside the new one.
alter table apps add column roles text not null default '';
alter table apps add column networks text not null default '';
alter table apps add column secret_used integer not null default 0;
alter table apps add column old_secret blob;
alter table apps add column old_expires integer;
alter table apps add column last_used integer;

-- By what a token is named, where it was asked for from, and which secret obtained it.
alter table tokens add column id text not null default '';
alter table tokens add column source text;
alter table tokens add column app_secret blob;
update tokens set id = lower(hex(randomblob(8)));
create unique index tokens_by_id on tokens (id);
create index tokens_by_member on tokens (tenant, upn_fold);
create index tokens_by_app on tokens (client_id);

create index requests_by_requester on requests (tenant, requester_fold) where closed is null;
