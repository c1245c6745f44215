"""What tells a row from every other: the digest of its id, or of the row with its ordinal among equal rows.

Keys are 128 bits of BLAKE2b, mixed with the format's source. Equal rows inside one file are two records; the
same file again has the same ordinals, so it adds none.
"""

from collections.abc import Iterable
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from jetbill.stages.usage.values import KEY, KEY_BYTES


def digests(texts: Iterable[bytes], source: str) -> NDArray[np.void]:
    """One key per text."""
    joined = b"".join([blake2b(text, digest_size=KEY_BYTES).digest() for text in texts])
    salt = np.frombuffer(blake2b(source.encode(), digest_size=KEY_BYTES).digest(), np.uint64)
    return (np.frombuffer(joined, np.uint64).reshape(-1, 2) ^ salt).reshape(-1).view(KEY)


class Ordinals:
    """Counts equal keys over a whole file in 8 bytes a row: sorted runs that double in size."""

    def __init__(self) -> None:
        self._runs: list[NDArray[np.uint64]] = []

    def tell_apart(self, keys: NDArray[np.void]) -> NDArray[np.void]:
        """The keys, changed for every row that has an equal one before it in the file."""
        if not len(keys):
            return keys
        half = np.ascontiguousarray(keys).view(np.uint64)[::2]
        order = np.argsort(half, kind="stable")
        ordered = half[order]
        is_first = np.append(True, ordered[1:] != ordered[:-1])
        start = np.maximum.accumulate(np.where(is_first, np.arange(len(ordered)), 0))
        ordinal = np.arange(len(ordered)) - start
        for run in self._runs:
            ordinal += np.searchsorted(run, ordered, "right") - np.searchsorted(run, ordered, "left")
        self._add(ordered)
        found = keys.copy()
        for place in np.flatnonzero(ordinal):
            row = order[place]
            text = keys[row].tobytes() + int(ordinal[place]).to_bytes(8, "big")
            found[row] = np.frombuffer(blake2b(text, digest_size=KEY_BYTES).digest(), KEY)[0]
        return found

    def _add(self, run: NDArray[np.uint64]) -> None:
        while self._runs and len(self._runs[-1]) <= len(run):
            run = np.sort(np.concatenate((self._runs.pop(), run)), kind="stable")
        self._runs.append(run)
