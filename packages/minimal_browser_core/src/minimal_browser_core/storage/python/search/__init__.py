"""Full-text search: query language, tokens for scripts without spaces, snippets and index segments."""
