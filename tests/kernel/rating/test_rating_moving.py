"""Columns are moved as plain Python would move them: nothing lost, nothing twice, the order kept."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jetbill.kernel.rating import moving
from tests.laws import examples

LAW = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=examples(200))
of_64_bits = st.integers(-(2**63), 2**63 - 1)


def planes_of(columns: list[list[int]]) -> moving.Planes:
    """Columns in as few planes as hold what they are above their lowest."""
    planes, places = [], []
    for column in columns:
        lowest = min(column)
        width = ((max(column) - lowest).bit_length() + 7) // 8
        places.append((lowest, len(planes), len(planes) + width))
        planes += [[value - lowest >> 8 * place & 255 for value in column] for place in range(width)]
    made = np.array(planes, np.uint8).reshape(len(planes), len(columns[0]))
    made.setflags(write=False)
    return moving.Planes(made, np.array(places, np.int64))


@LAW
@given(
    st.lists(st.tuples(st.integers(-5, 12), st.integers(0, 300), of_64_bits), min_size=1, max_size=40),
    st.lists(st.integers(-1, 3), min_size=1, max_size=10),
    st.integers(1, 50),
)
def test_rows_are_dealt_to_their_owners(
    rows: list[tuple[int, int, int]], owners: list[int], stretch: int
) -> None:
    planes = planes_of([list(column) for column in zip(*rows, strict=True)])
    row, to = np.empty((2, len(rows)), np.int64)
    deal, values = moving.Deal(row, to, np.zeros(4, np.int64)), np.empty(stretch, np.int64)
    owned = moving.Owned(-1, np.array([-1, *owners, -1], np.int8))
    count = moving.deal(planes, 0, owned, deal, values)
    table = np.empty((3, count), np.int64)
    moving.spread(planes, deal, table, values)
    found, begin = [], 0
    for end in deal.end.tolist():
        found.append([tuple(each) for each in table[:, begin:end].T.tolist()])
        begin = end
    assert count == begin
    for number in range(4):
        mine = [each for each in rows if 0 <= each[0] < len(owners) and owners[each[0]] == number]
        assert found[number] == mine


@LAW
@given(st.lists(st.integers(0, 2**40) | st.integers(0, 3), max_size=40))
def test_positions_are_sorted_by_keys_and_equal_ones_stay(keys: list[int]) -> None:
    orders, counts = np.empty((2, len(keys)), np.int64), np.empty(2**moving.DIGIT, np.int64)
    made = moving.put_in_order(np.array(keys, np.int64), 41, orders, counts)
    assert orders[made].tolist() == sorted(range(len(keys)), key=keys.__getitem__)
