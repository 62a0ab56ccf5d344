"""A contender by its name. It imports nothing else, as memory is measured with it."""


def load(name: str) -> type:
    """The class of `module:class`."""
    module, _, attribute = name.partition(":")
    found: type = getattr(__import__(f"contenders.{module}", fromlist=[attribute]), attribute)
    return found
