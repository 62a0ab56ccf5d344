//! One SQLite file: connections, transactions, migration, backup and idle maintenance.

mod backup;
mod bulk_load;
mod connection;
pub mod database;
pub mod format;
mod integrity;
mod maintenance;
pub mod migration;
pub mod open;
pub mod options;
pub mod owners;
pub mod paths;
pub mod pending_index;
mod planted;
pub mod pool;
mod transactions;
