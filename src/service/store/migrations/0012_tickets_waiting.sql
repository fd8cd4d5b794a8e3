-- What waits for an admin comes by severity, and of one severity the longest waiting first.
drop index tickets_waiting;
create index tickets_waiting on tickets (tenant, severity, created, id) where filed = 0;
