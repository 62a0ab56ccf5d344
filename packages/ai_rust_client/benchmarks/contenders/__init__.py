"""The libraries under comparison, one a file, each used as its own documentation does.

A contender is a class made with the base URL and the file of the TLS authority (or None). It has those of these methods
that it can: `ask` gives the text of a whole answer, `read` the chunks of text of a stream; `aask` and `aread` are the
same for asyncio, and `aclose` ends what an event loop must not outlive.
"""
