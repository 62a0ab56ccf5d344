"""Test tools for this package, its implementations and applications that use it.

`fake_server` is an OpenAI-compatible server on loopback. `chat_conformance` and `storage_conformance` are the suites
that every implementation of a port passes; they need the extra `minimal_browser_core[testing]`.
"""
