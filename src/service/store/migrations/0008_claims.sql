-- When the newest token was made whose roles were taken over: what an older one says is no news.
alter table identities add column claims_at integer;
