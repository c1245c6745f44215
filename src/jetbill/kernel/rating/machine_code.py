"""How the scan becomes machine code: its functions are put into one another, and count no references.

Handing arrays to a function, and counting who holds them, cost more than all of the rating. Nothing here
makes an array, and the caller holds those it hands over, so there is nothing to count (`_nrt` False).
"""

from typing import Any

from numba import njit

_OPTIONS: dict[str, Any] = {"error_model": "numpy", "_nrt": False}

entered = njit(cache=True, **_OPTIONS)
"""A function that Python calls; its code is kept on disk."""

inlined = njit(inline="always", **_OPTIONS)
"""A function with one caller, or a hot one."""

apart = njit(**_OPTIONS)
"""A small or a rare function: the compiler decides."""
