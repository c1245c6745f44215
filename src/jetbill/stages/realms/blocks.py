"""Many rows as one value of a table: columns of integers with their bytes transposed, under zstd.

Of a column only the bytes are kept by which its values differ from the lowest; each of these bytes of all
rows stands side by side, which shrinks further than a smaller type would. A block is read whole; its legend
(texts that numbers stand for) is in a JSON head.
"""

import json
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 1
"""Higher ones take three times as long for a fiftieth of the size."""
_HEAD = struct.Struct("<II")

Column = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of equal length by name, and the legend of what their numbers mean."""

    columns: Mapping[str, Column]
    legend: Mapping[str, Sequence[Any]] = field(default_factory=dict)


def packed(block: Block) -> bytes:
    """The bytes of a block of at least one row; equal blocks give equal bytes."""
    names = sorted(block.columns)
    count = len(block.columns[names[0]])
    lowest = [int(block.columns[name].min()) for name in names]
    widths = [
        ((int(block.columns[name].max()) - low).bit_length() + 7) // 8
        for name, low in zip(names, lowest, strict=True)
    ]
    kept = list(zip(names, lowest, widths, strict=True))
    head = json.dumps({"columns": kept, "legend": dict(block.legend)}, sort_keys=True).encode()
    parts = [_transposed(block.columns[name] - low, width) for name, low, width in kept]
    return _HEAD.pack(len(head), count) + zstd.compress(head + b"".join(parts), level=LEVEL)


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """A block as it lies in its bytes: a plane holds one byte of every row.

    `places` are the lowest value, the first plane and the end of its planes of each column, low bytes first.
    """

    planes: npt.NDArray[np.uint8]
    places: Mapping[str, tuple[int, int, int]]
    legend: Mapping[str, Sequence[Any]]

    def column(self, name: str) -> Column:
        """One column spread out."""
        lowest, first, end = self.places[name]
        rows = np.zeros((self.planes.shape[1], 8), np.uint8)
        for place, plane in enumerate(self.planes[first:end]):
            rows[:, place] = plane
        column = rows.view("<i8").reshape(-1)
        column += lowest
        return column


def opened(data: bytes) -> Planes:
    """The block that `packed` wrote, its columns not yet spread out."""
    head_size, count = _HEAD.unpack_from(data)
    plain = zstd.decompress(data[_HEAD.size :])
    head = json.loads(plain[:head_size])
    ends = list(accumulate((width for _, _, width in head["columns"]), initial=0))
    places = {
        name: (lowest, first, first + width)
        for (name, lowest, width), first in zip(head["columns"], ends, strict=False)
    }
    planes = np.frombuffer(plain, np.uint8, ends[-1] * count, head_size).reshape(ends[-1], count)
    return Planes(planes, places, head["legend"])


def unpacked(data: bytes) -> Block:
    """The block that `packed` wrote."""
    planes = opened(data)
    return Block({name: planes.column(name) for name in planes.places}, planes.legend)


def _transposed(column: Column, width: int) -> bytes:
    """The lowest bytes of all rows, then the next, `width` times."""
    size = 4 if width <= 4 else 8
    rows = column.astype(f"<u{size}").view(np.uint8).reshape(-1, size)
    return np.ascontiguousarray(rows[:, :width].T).tobytes()
