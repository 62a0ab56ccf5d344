"""One web page and its view."""
