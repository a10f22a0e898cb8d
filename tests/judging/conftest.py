"""Property tests of the text path draw the same texts each time, and the first may load tables."""

from hypothesis import settings

settings.register_profile("judging", deadline=None, derandomize=True, max_examples=200)
settings.load_profile("judging")
