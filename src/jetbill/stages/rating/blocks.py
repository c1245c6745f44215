"""A rated block: columns of integers with their bytes transposed, under zstd.

Transposed, the many equal high bytes of a column stand side by side, which shrinks it further than a smaller
type would. A block is read whole; its legend (texts that numbers stand for) is a JSON head.
"""

import json
import struct
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ROWS = 65_536
LEVEL = 3
_HEAD = struct.Struct("<II")

Column = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of equal length by name, and the legend of what their numbers mean."""

    columns: Mapping[str, Column]
    legend: Mapping[str, Sequence[Any]]


def packed(block: Block) -> bytes:
    """The bytes of a block; equal blocks give equal bytes."""
    names = sorted(block.columns)
    count = len(block.columns[names[0]]) if names else 0
    head = json.dumps({"columns": names, "legend": dict(block.legend)}, sort_keys=True).encode()
    body = b"".join(_transposed(block.columns[name]) for name in names)
    return _HEAD.pack(len(head), count) + zstd.compress(head + body, level=LEVEL)


def unpacked(data: bytes) -> Block:
    """The block that `packed` wrote."""
    head_size, count = _HEAD.unpack_from(data)
    plain = zstd.decompress(data[_HEAD.size :])
    head = json.loads(plain[:head_size])
    size = 8 * count
    columns = {}
    for place, name in enumerate(head["columns"]):
        first = head_size + place * size
        turned = np.frombuffer(plain, np.uint8, size, first).reshape(8, count)
        columns[name] = np.ascontiguousarray(turned.T).view("<i8").reshape(count).astype(np.int64)
    return Block(columns, head["legend"])


def _transposed(column: Column) -> bytes:
    return np.ascontiguousarray(column.astype("<i8").view(np.uint8).reshape(-1, 8).T).tobytes()
