"""Settings: one schema, read from a TOML file, changed at run time, and observed by the parts of the browser."""
