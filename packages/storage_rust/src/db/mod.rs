//! One SQLite file: connections, transactions, migration, backup and idle maintenance.

mod backup;
pub mod bulk_load;
mod connection;
pub mod database;
pub mod format;
mod hidden_rows;
mod integrity;
mod load_lock;
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
