-- A word in a category is looked for in all of them, newest first, as one in a title is: in an index
-- as narrow as can be.
create index tickets_by_category on tickets (tenant, filed, created desc, id, category);
