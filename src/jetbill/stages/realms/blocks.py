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


def unpacked(data: bytes) -> Block:
    """The block that `packed` wrote."""
    head_size, count = _HEAD.unpack_from(data)
    plain = zstd.decompress(data[_HEAD.size :])
    head = json.loads(plain[:head_size])
    columns, begin = {}, head_size
    for name, low, width in head["columns"]:
        column = np.full(count, low, np.int64)
        for place in range(width):
            column += np.frombuffer(plain, np.uint8, count, begin).astype(np.int64) << (8 * place)
            begin += count
        columns[name] = column
    return Block(columns, head["legend"])


def _transposed(column: Column, width: int) -> bytes:
    """The lowest bytes of all rows, then the next, `width` times."""
    size = 4 if width <= 4 else 8
    rows = column.astype(f"<u{size}").view(np.uint8).reshape(-1, size)
    return np.ascontiguousarray(rows[:, :width].T).tobytes()
