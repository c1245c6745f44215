"""With how many examples a law is tried: in full in the suite, with some in `./run check`.

That sets JET_LAWS=few. No law is left out, and chance differs each time, so that many short checks see much.
"""

import os

from hypothesis import HealthCheck, settings

IS_SHORT = os.environ.get("JET_LAWS") == "few"


def choose() -> None:
    """What holds for laws that do not say otherwise; before the first law is read.

    A busy machine is no reason to fail: nothing here is measured by the clock.
    """
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("whole", patient)
    settings.register_profile("few", patient, max_examples=30)
    settings.load_profile("few" if IS_SHORT else "whole")


def examples(whole: int) -> int:
    """`whole`, or in a short run a fifth of it, for a law that says its own number."""
    return max(10, whole // 5) if IS_SHORT else whole
