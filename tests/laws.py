"""With how many examples a law is tried: in full in the suite, with some in `./run check`.

That sets JET_LAWS=few. No law is left out, and chance differs each time, so that many short checks see much.
"""

import os

from hypothesis import settings

IS_SHORT = os.environ.get("JET_LAWS") == "few"


def choose() -> None:
    """The number for laws that do not say their own; before the first law is read."""
    settings.register_profile("few", max_examples=30)
    if IS_SHORT:
        settings.load_profile("few")


def examples(whole: int) -> int:
    """`whole`, or in a short run a fifth of it, for a law that says its own number."""
    return max(10, whole // 5) if IS_SHORT else whole
