-- The deliveries of one queue by their state, also those that are no longer pending: whether one
-- that was given up stands before a delivered one, and what was delivered behind it.
drop index deliveries_in_order;
create index deliveries_in_order
    on deliveries (sink, tenant, subject, recipient, state, notice);
