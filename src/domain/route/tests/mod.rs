mod own_tables;
mod truth;
