"""Downloads: the names of the files."""
