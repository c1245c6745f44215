"""A month of RADIUS records: growth of counters, cut by bands, weighted, above a quota in started blocks."""

from collections import defaultdict
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from jetbill.kernel.book import Calendar, TimeClass, TimeWindow
from jetbill.kernel.calendars import changes, class_codes
from jetbill.kernel.charge_models import blocks
from jetbill.kernel.quantity import Conversion, converted, in_turn, shared_out
from jetbill.kernel.sessions import NOTHING, Counters, Report, ReportKind, Rules, growth
from jetbill.kernel.zones import local_date, zone
from tests.oracles.conventions import with_gigawords
from tests.oracles.reading import Given

PEAK = TimeClass("peak", "Peak", (TimeWindow(frozenset(range(7)), time(8), None),))
BANDS = Calendar("bands", (PEAK,))
WEIGHTS = {True: Conversion(), False: Conversion(Decimal(2))}
SIZE = Decimal(100_000_000)
PRICE = blocks.Params((blocks.Band(SIZE, 50, Decimal("0.05")), blocks.Band(SIZE, None, Decimal("0.03"))))


def answer(given: Given) -> dict[str, Any]:
    where, quota = zone(given.raw("zone")), Conversion(free=given.number("quota_bytes"))
    sessions = defaultdict(list)
    for record in given.rows("records"):
        record.information("nas", "stop")
        sessions[record.whole("sid")].append(_reading(record))
    parts = [part for readings in sessions.values() for part in _parts(readings, where)]
    parts.sort(key=lambda part: (part["at"], part["id"], part["seg_start_utc"]))
    for month in {part["period"] for part in parts}:
        of_month = [part for part in parts if part["period"] == month]
        weighted = [converted(Decimal(part["bytes"]), WEIGHTS[part["peak"]]) for part in of_month]
        costs = in_turn(weighted, lambda total: blocks.price(converted(total, quota), PRICE).amount)
        for part, cost in zip(of_month, costs, strict=True):
            part["cost"] = cost
    names = ("id", "seg_start_utc", "peak", "period", "bytes", "cost")
    return {"parts": [{name: part[name] for name in names} for part in parts]}


def _reading(given: Given) -> tuple[int, int, Report, Counters, Rules]:
    """(session time, id, report, counters, what its router is like)."""
    octets = (with_gigawords(given.whole(f"{way}_oct"), given.whole(f"{way}_gw")) for way in ("in", "out"))
    seconds = given.whole("st")
    report = Report(given.whole("ev"), ReportKind.INTERIM, seconds)
    rules = Rules(32 if given.flag("nas_no_gigawords", False) else 64)
    return seconds, given.whole("id"), report, Counters(seconds, *octets), rules


def _parts(readings: list[tuple[int, int, Report, Counters, Rules]], where: ZoneInfo) -> list[dict[str, Any]]:
    """The growth of a session from record to record, cut where the band changes."""
    in_reverse = sorted(readings, key=lambda each: each[:2], reverse=True)
    told = {seconds: reading for seconds, *reading in in_reverse}  # of the same seconds the lower id stays
    found = []
    before, begun = NOTHING, None
    for _, (number, report, counters, rules) in sorted(told.items(), key=lambda each: each[0]):
        start = report.began() if begun is None else begun
        assert start is not None
        edges = changes(BANDS, where, (start, report.at))
        used = shared_out(growth(before, counters, rules), [*(edge for edge, _ in edges), report.at])
        for (edge, band), octets in zip(edges, used, strict=True):
            month = local_date(datetime.fromtimestamp(edge, UTC), where)
            found.append(
                {
                    "at": report.at,
                    "id": number,
                    "seg_start_utc": edge,
                    "peak": class_codes(BANDS)[band] == PEAK.code,
                    "period": f"{month:%Y-%m}",
                    "bytes": octets,
                }
            )
        before, begun = counters, report.at
    return found
