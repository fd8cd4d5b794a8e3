mod guidance;
mod own_tables;
mod truth;
