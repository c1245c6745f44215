"""`jet bench pdf`: views become stored PDFs, each a different document, by the pool of worker processes.

rich: 2 pages, 60 itemised lines, charts, advert, payment slip, Factur-X. short: 1 page without an itemised
list. Stored means written under its digest and synced to the disk.
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from jetbill.documents import canonical, einvoice, facturx, samples
from jetbill.documents.looks import looks
from jetbill.documents.render import Job, render
from jetbill.documents.samples import Look
from jetbill.documents.view import Invoice
from jetbill.documents.workers import Order, Pool
from jetbill.documents.writer import writer

Case = dict[str, Any]
TARGETS = {"rich": 30, "short": 40}
"""Documents a second on two cores."""


def cases(n: int = 200) -> Iterator[Case]:
    """All cases, one after the other; `n` documents for the ones that count documents."""
    look = looks()["north"]
    yield from _stored("rich", n, lambda index: samples.invoice(look, index))
    yield from _stored("short", n, lambda index: samples.short(look, index))
    yield _first(look)
    yield _long(look)
    yield _lists(look)
    yield _einvoice(look)


def _stored(name: str, n: int, make: Callable[[int], Invoice]) -> Iterator[Case]:
    """The pool warm, every document another one, every PDF on the disk."""
    orders = [Order(index, Job(canonical.encode(make(index)), samples.ASSETS)) for index in range(n + 8)]
    with tempfile.TemporaryDirectory(prefix="jet-bench-") as kept, Pool() as pool:
        _store(pool, orders[n:], Path(kept))
        started = time.perf_counter()
        size = _store(pool, orders[:n], Path(kept))
        seconds = time.perf_counter() - started
        peak = pool.peak_mib()
    rate = n / seconds
    target = TARGETS[name]
    yield _case(
        name, n, seconds, rate, "documents/s", peak_mib=peak, ratio=rate / target, against=f"{target}/s"
    )
    yield _case(f"{name} size", n, seconds, size / n / 1000, "kB/document", peak_mib=peak)


def _store(pool: Pool, orders: Iterable[Order], folder: Path) -> int:
    size = 0
    for key, pdf in pool.render_many(orders):
        if not isinstance(pdf, bytes):
            raise RuntimeError(f"document {key}: {pdf.sentence}")
        with open(folder / f"{canonical.digest(pdf)}.pdf", "wb") as file:
            file.write(pdf)
            file.flush()
            os.fsync(file.fileno())
        size += len(pdf)
    return size


def _first(look: Look) -> Case:
    """From no process at all to the first PDF."""
    job = Job(canonical.encode(samples.short(look)), samples.ASSETS)
    started = time.perf_counter()
    with Pool(1) as pool:
        pool.render(job)
        seconds = time.perf_counter() - started
        peak = pool.peak_mib()
    return _case("first", 1, seconds, 1 / seconds, "documents/s", peak_mib=peak)


def _long(look: Look) -> Case:
    """One tagged document with 5,000 itemised lines."""
    job = Job(canonical.encode(samples.invoice(look, 1, 5000)), samples.ASSETS)
    with Pool(1) as pool:
        pool.render(Job(canonical.encode(samples.short(look)), samples.ASSETS))
        started = time.perf_counter()
        pool.render(job)
        seconds = time.perf_counter() - started
        peak = pool.peak_mib()
    return _case("5000 lines", 5000, seconds, 5000 / seconds, "lines/s", peak_mib=peak)


def _lists(look: Look) -> Case:
    """The second PDF of a document with 20,000 itemised lines."""
    job = Job(canonical.encode(samples.invoice(look, 1, 20_000)), samples.ASSETS)
    with Pool(1) as pool:
        pool.render(Job(canonical.encode(samples.short(look)), samples.ASSETS))
        started = time.perf_counter()
        pool.render(job, is_annex=True)
        seconds = time.perf_counter() - started
        peak = pool.peak_mib()
    return _case("20000 lines beside", 20_000, seconds, 20_000 / seconds, "lines/s", peak_mib=peak)


def _einvoice(look: Look, n: int = 300) -> Case:
    """What Factur-X costs: the XML and its place in the metadata, without typesetting."""
    views = [samples.invoice(look, index) for index in range(20)]
    pdf = render(Job(canonical.encode(views[0]), samples.ASSETS, copy="copy"))
    started = time.perf_counter()
    for index in range(n):
        view = views[index % 20]
        assert view.profile is not None
        einvoice.xml(view, view.profile, writer(view))
        facturx.describe(pdf)
    seconds = time.perf_counter() - started
    return _case("factur-x", n, seconds, n / seconds, "documents/s")


def _case(name: str, n: int, seconds: float, rate: float, unit: str, **more: Any) -> Case:
    values = {"peak_mib": None, "ratio": None, "against": None, **more}
    return {
        "bench": "pdf",
        "case": name,
        "n": n,
        "seconds": round(seconds, 3),
        "rate": round(rate, 1),
        "unit": unit,
        **{key: round(value, 2) if isinstance(value, float) else value for key, value in values.items()},
        "cores": os.cpu_count(),
        "versions": {name: metadata.version(name) for name in ("typst", "pikepdf", "zxing-cpp", "Babel")},
    }
