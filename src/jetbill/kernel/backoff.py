"""How long to wait before a failed job is tried again.

The seventh try comes ten hours after the sixth; after ten waits a person must look.
"""

from datetime import timedelta

WAITS_S = (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
JITTER = 10  # up to a tenth is added, so that what failed together does not come back together
_PRIME = 2_654_435_761


def retry_delay(attempts: int, seed: int) -> timedelta | None:
    """The wait after `attempts` failed tries (from 1); None when it was the last. `seed` spreads jobs."""
    assert attempts >= 1
    if attempts > len(WAITS_S):
        return None
    wait_ms = WAITS_S[attempts - 1] * 1000
    spread = (seed * _PRIME + attempts) % 1000
    return timedelta(milliseconds=wait_ms + wait_ms * spread // (1000 * JITTER))
