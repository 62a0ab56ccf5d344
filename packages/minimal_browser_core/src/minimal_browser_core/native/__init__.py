"""Adapters onto the Rust wheels: their shape as it is, their exceptions as those of `minimal_browser_core.errors`.

The only place that imports a wheel. Import a module of this package only where its wheel was selected.
"""
