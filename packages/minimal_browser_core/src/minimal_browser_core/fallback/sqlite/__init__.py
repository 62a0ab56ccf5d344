"""What the stores on stdlib sqlite3 share. The file format, the SQL and the behaviour are those of `storage_rust`."""
