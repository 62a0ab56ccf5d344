"""The default that needs neither a model nor a network: a copilot that quotes the page and stored conversations."""
