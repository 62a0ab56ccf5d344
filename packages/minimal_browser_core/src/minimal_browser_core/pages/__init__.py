"""The pages that the browser brings with it: `mb://…` and the copilot's small applications, as HTML in strings.

`address` says which pages there are, `render` writes them, `widgets` holds the small applications. Each is imported for
itself: commands need the addresses, and only a page that is shown needs a template engine.
"""
