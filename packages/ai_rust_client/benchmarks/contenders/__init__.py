"""The libraries that are compared, one in each file, used as their documentation shows.

A contender is a class that is created with the base URL and the file of the TLS authority (or None). It has some of
these methods: `ask` returns the text of a whole answer, `read` the chunks of text of a stream; `aask` and `aread` do
the same for asyncio, and `aclose` closes what must not outlive an event loop.
"""
