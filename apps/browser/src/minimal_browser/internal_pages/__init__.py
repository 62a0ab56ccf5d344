"""The `mb://` pages."""
