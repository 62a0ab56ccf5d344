"""One SQLite file: opening and migration, connections and transactions, maintenance, backup and damage."""
