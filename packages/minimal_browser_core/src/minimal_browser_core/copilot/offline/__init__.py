"""The default that needs neither a model nor a network: a copilot that quotes the page and stored conversations."""

LABEL = "offline, no model"
"""What the user sees as the provider's name."""
MODEL = "offline"
"""What the client calls its model, as it has none."""
PAGE_BUDGET = 2_000_000
"""Characters. Nothing is sent anywhere, so a page need not be cut."""
