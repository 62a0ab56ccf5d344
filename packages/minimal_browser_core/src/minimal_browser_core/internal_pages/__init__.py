"""The `mb://` pages: routes, templates and rendering."""
