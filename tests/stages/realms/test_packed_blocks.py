"""A block gives back what was put in, of any 64 bits; equal blocks are equal bytes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from jetbill.stages.realms.blocks import Block, packed, unpacked

integers = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 300)
pairs = st.lists(st.tuples(integers, integers), min_size=1, max_size=50)


@given(pairs)
def test_what_was_packed_is_unpacked(rows: list[tuple[int, int]]) -> None:
    first, second = np.array(rows, np.int64).T
    block = Block({"first": first, "second": second}, {"words": ["a", 1, None]})
    again = unpacked(packed(block))
    assert again.legend == block.legend and set(again.columns) == {"first", "second"}
    assert again.columns["first"].tolist() == first.tolist()
    assert again.columns["second"].tolist() == second.tolist()
    assert packed(again) == packed(block)


def test_narrow_columns_come_back_wide() -> None:
    again = unpacked(packed(Block({"status": np.array([3, -4, 0], np.int32)})))
    assert again.columns["status"].dtype == np.int64
    assert again.columns["status"].tolist() == [3, -4, 0]
