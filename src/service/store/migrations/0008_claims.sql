-- When the newest token was made whose roles were taken over: what an older one says is no news.
alter table identities add column claims_at integer;
-- Invites made on the service's own machine are good also where admins may make none.
alter table invites add column by_operator integer not null default 0;
