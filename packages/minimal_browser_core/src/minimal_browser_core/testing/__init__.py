"""What tests of this package, of its implementations and of applications on it are made of: shipped, not private.

`fake_server` is an OpenAI-compatible server on loopback; `chat_conformance` and `storage_conformance` are the suites
that every implementation of a port passes.
"""
