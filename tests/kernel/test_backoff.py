"""Failed jobs come back later and later, ten times, and not all at once."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.backoff import WAITS_S, retry_delay


def test_the_first_wait_is_five_seconds_and_the_tenth_a_day() -> None:
    assert retry_delay(1, 0) == timedelta(seconds=5, milliseconds=0)
    tenth = retry_delay(10, 0)
    assert tenth is not None and timedelta(days=1) <= tenth <= timedelta(days=1, hours=2, minutes=24)


def test_after_the_tenth_a_person_must_look() -> None:
    assert retry_delay(11, 0) is None


@given(st.integers(1, 10), st.integers(0, 2**40))
def test_the_jitter_is_at_most_a_tenth(attempts: int, seed: int) -> None:
    wait = timedelta(seconds=WAITS_S[attempts - 1])
    told = retry_delay(attempts, seed)
    assert told is not None and wait <= told <= wait * 11 / 10
