"""Calls of an account over a deck with two bands, steps, fees and free seconds each month."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from jetbill.kernel.book import Calendar, DeckRate, RateDeck, TimeClass, TimeWindow
from jetbill.kernel.calendars import class_on
from jetbill.kernel.charge_models import call
from jetbill.kernel.decks import DeckIndex, index
from jetbill.kernel.money import rounded
from jetbill.kernel.quantity import free_in_order
from jetbill.kernel.zones import local_date, zone
from tests.oracles.conventions import exact
from tests.oracles.reading import Given, decimal_of

PEAK = TimeClass("peak", "Peak", (TimeWindow(frozenset(range(5)), time(8), time(20)),))


def answer(given: Given) -> dict[str, Any]:
    where = zone(given.raw("zone"))
    calendar = Calendar("times", (PEAK,), holidays=frozenset(given.dates("holidays")))
    rows = {str(row["row"]): row for row in given.beside["deck"]}
    prefixes = _index(given.beside["deck"])
    calls = [_call(each, prefixes, rows, (calendar, where)) for each in given.rows("records")]
    free = _free(exact(given.number("free_seconds")), calls)
    told = []
    for each in calls:
        within = free.get(each["id"], Fraction(0))
        cost = call.price(each["seconds"], replace(each["params"], free_s=int(within))).amount
        names = ("id", "row", "peak", "billed")
        told.append({name: each[name] for name in names} | {"free": within, "cost": rounded(cost, 4)})
    return {"records": told}


def _index(rows: list[dict[str, Any]]) -> DeckIndex:
    """The rows by prefix; a destination is the number of its row."""
    rates = [DeckRate(row["prefix"], str(row["row"]), decimal_of(row["peak_per_min"])) for row in rows]
    return index(RateDeck("reference", "Reference", tuple(rates)))


def _call(
    given: Given, prefixes: DeckIndex, rows: dict[str, Any], when: tuple[Calendar, ZoneInfo]
) -> dict[str, Any]:
    start, seconds = given.whole("start_utc"), exact(given.number("seconds"))
    found = prefixes.rate(given.raw("dst"), "", date.max)
    assert found is not None
    row, is_peak = rows[found.destination], class_on(when[0], start, when[1]) == PEAK.code
    params = call.Params(
        decimal_of(row["peak_per_min" if is_peak else "off_per_min"]),
        decimal_of(row["connect_fee"]),
        first_s=row["inc1"],
        next_s=row["incn"],
        minimum=decimal_of(row["min_cost"]),
    )
    return {
        "id": given.whole("id"),
        "start": start,
        "month": local_date(datetime.fromtimestamp(start, UTC), when[1]).replace(day=1),
        "is_bundled": row["bundle"],
        "row": row["row"],
        "peak": is_peak,
        "seconds": seconds,
        "params": params,
        "billed": call.charged_time(seconds, params),
    }


def _free(each_month: Fraction, calls: list[dict[str, Any]]) -> dict[int, Fraction]:
    """What is free of each call, by its id: month by month, in the order of start, then id."""
    found: dict[int, Fraction] = {}
    bundled = sorted(
        (each for each in calls if each["is_bundled"]), key=lambda each: (each["start"], each["id"])
    )
    for month in {each["month"] for each in bundled}:
        of_month = [each for each in bundled if each["month"] == month]
        parts = free_in_order(each_month, [each["billed"] for each in of_month])
        found |= {each["id"]: part.free for each, part in zip(of_month, parts, strict=True)}
    return found
