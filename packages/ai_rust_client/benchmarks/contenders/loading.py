"""Loads a contender by its name. Imports nothing else, since memory is measured with it."""


def load(name: str) -> type:
    """The class of `module:class`."""
    module, _, attribute = name.partition(":")
    contender: type = getattr(__import__(f"contenders.{module}", fromlist=[attribute]), attribute)
    return contender
