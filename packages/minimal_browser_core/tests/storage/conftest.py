"""Remove the deadline of hypothesis, so that a slow machine does not fail a test."""

from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
