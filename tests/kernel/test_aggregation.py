"""Records of a period become one quantity."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.aggregation import (
    Addition,
    Change,
    distinct,
    full,
    largest,
    last,
    percentile,
    prorated,
    weighted,
)
from jetbill.kernel.money import rounded
from jetbill.kernel.periods import Period

F = Fraction
FIRST, END = datetime(2023, 8, 1, tzinfo=UTC), datetime(2023, 9, 1, tzinfo=UTC)
MAY = Period(date(2023, 5, 1), date(2023, 6, 1))
values = st.fractions(-100, 100)
samples = st.lists(st.fractions(0, 100), min_size=1, max_size=30)
changes = st.lists(
    st.builds(lambda s, value: Change(FIRST + timedelta(seconds=s), value), st.integers(0, 2678399), values)
)


def test_a_level_counts_for_the_time_it_stands() -> None:
    from_one = [Change(FIRST + timedelta(hours=1), F(3))]
    assert rounded(weighted(F(0), from_one, (FIRST, END)), 5) == rounded(F("2.99597"), 5)
    assert weighted(F(1000), [], (FIRST, END)) == 1000


def test_a_change_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="is not between"):
        weighted(F(0), [Change(END, F(1))], (FIRST, END))
    with pytest.raises(ValueError, match="has no time"):
        weighted(F(0), [], (END, END))


def test_additions_count_from_their_day() -> None:
    more = [Addition(date(2023, 5, 26), F(24)), Addition(date(2023, 5, 31), F("4.5"))]
    assert prorated(F(5), more, MAY, MAY) == 5 + F(24 * 6, 31) + F("4.5") / 31
    assert full(F(5), more) == F("33.5")
    half = Period(MAY.start, date(2023, 5, 11))
    assert prorated(F(31), more, half, MAY) == 10
    with pytest.raises(ValueError, match="is not within"):
        prorated(F(5), more, MAY, half)


def test_small_meters() -> None:
    assert (largest([F(2), F(7), F(3)]), largest([])) == (7, 0)
    assert (distinct(["a", "b", "a"]), distinct([])) == (2, 0)
    assert last([(END, F(1)), (FIRST, F(2)), (END, F(3))]) == 3
    assert last([]) == 0


@pytest.mark.parametrize("percent, rank", [(95, 19), (50, 10), (51, 11), (100, 20), (1, 1)])
def test_a_percentile_is_the_nearest_rank(percent: int, rank: int) -> None:
    assert percentile([F(n) for n in range(20, 0, -1)], F(percent)) == rank


def test_percentiles_that_cannot_be() -> None:
    assert percentile([], F(95)) == 0
    with pytest.raises(ValueError, match="at most 100, not 101"):
        percentile([F(1)], F(101))


@given(samples, st.integers(1, 100))
def test_a_percentile_is_not_exceeded_by_its_part(of: list[Fraction], percent: int) -> None:
    got = percentile(of, F(percent))
    assert got in of
    assert 100 * sum(each <= got for each in of) >= percent * len(of)
    assert 100 * sum(each < got for each in of) < percent * len(of)


@given(values, changes, st.randoms())
def test_the_order_of_changes_is_irrelevant(initial: Fraction, made: list[Change], random: Random) -> None:
    mixed = list(made)
    random.shuffle(mixed)
    assert weighted(initial, made, (FIRST, END)) == weighted(initial, mixed, (FIRST, END))


@given(values, changes, st.integers(1, 2678399))
def test_parts_of_a_period_weigh_as_the_whole(initial: Fraction, made: list[Change], s: int) -> None:
    cut = FIRST + timedelta(seconds=s)
    early = [change for change in made if change.at < cut]
    late = [change for change in made if change.at >= cut]
    carried = initial + sum(change.value for change in early)
    one, other = weighted(initial, early, (FIRST, cut)), weighted(carried, late, (cut, END))
    assert one * s + other * (2678400 - s) == weighted(initial, made, (FIRST, END)) * 2678400
