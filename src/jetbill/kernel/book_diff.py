"""What changed between two versions of a price book: fees, charges, bands, rates and all else, one row each.

Example: a fee that rises is `Difference(UP, "plans.fiber.fees.monthly", "price", "31.00", "33.00")`.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from jetbill.kernel.book import Calendar, DeckRate, Plan, PriceBook, RateDeck
from jetbill.kernel.plain import plain

Fields = Mapping[str, object]
"""Field -> value of one thing that has a price."""


class Change(StrEnum):
    """A number that rose or fell; any other value that is not the same; a thing that came or went."""

    NEW = "new"
    UP = "up"
    DOWN = "down"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Difference:
    """`field` of the thing at `path` was `before` and is `after`; for a new thing `field` is its price."""

    change: Change
    path: str
    field: str
    before: str
    after: str


def differences(old: PriceBook, new: PriceBook) -> tuple[Difference, ...]:
    """All differences, in the order of the newer book; what is gone comes last in its group."""
    found = list(_compared(_things(old), _things(new)))
    for code in [*new.decks, *(code for code in old.decks if code not in new.decks)]:
        found += _deck_differences(code, old.decks.get(code), new.decks.get(code))
    return tuple(found)


def _compared(old: Mapping[str, Fields], new: Mapping[str, Fields]) -> Iterator[Difference]:
    for path, fields in new.items():
        if path in old:
            yield from _changed(path, old[path], fields)
        else:
            yield Difference(Change.NEW, path, *_price(fields, is_after=True))
    for path, fields in old.items():
        if path not in new:
            yield Difference(Change.GONE, path, *_price(fields, is_after=False))


def _changed(path: str, old: Fields, new: Fields) -> Iterator[Difference]:
    for name in [*new, *(name for name in old if name not in new)]:
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        change = Change.CHANGED
        if isinstance(before, Decimal) and isinstance(after, Decimal):
            change = Change.UP if after > before else Change.DOWN
        yield Difference(change, path, name, _told(before), _told(after))


def _price(fields: Fields, *, is_after: bool) -> tuple[str, str, str]:
    """The first price among the fields, else its name, on the side where the thing exists."""
    prices = [(name, value) for name, value in fields.items() if isinstance(value, Decimal)]
    name, value = prices[0] if prices else ("name", fields.get("name", ""))
    return (name, "", _told(value)) if is_after else (name, _told(value), "")


def _things(book: PriceBook) -> dict[str, Fields]:
    """Everything but the rates of decks, by path."""
    head = ("name", "currency", "prices_include_tax")
    things: dict[str, Fields] = {"book": {name: getattr(book, name) for name in head}}
    for plan in book.plans.values():
        things |= _plan(plan)
    for bundle in book.bundles.values():
        path = f"bundles.{bundle.code}"
        things[path] = _fields(bundle, "code", "offers")
        things |= {f"{path}.offers.{offer.plan}": _fields(offer, "plan") for offer in bundle.offers}
    for tax in book.taxes:
        where = f".{tax.country}" if tax.country else ""
        day = f".{tax.effective}" if tax.effective.year > 1 else ""
        things[f"taxes.{tax.tax_class}{where}{day}"] = _fields(tax, "tax_class", "country", "effective")
    for calendar in book.calendars.values():
        things |= _calendar(calendar)
    for each in book.promotions.values():
        things[f"promotions.{each.code}"] = _fields(each, "code")
    if book.referral is not None:
        things["referral"] = _fields(book.referral)
    return things


def _plan(plan: Plan) -> dict[str, Fields]:
    path = f"plans.{plan.code}"
    things: dict[str, Fields] = {path: _fields(plan, "code", "fees", "charges")}
    for fee in plan.fees:
        things[f"{path}.fees.{fee.code}"] = _fields(fee, "code")
    for charge in plan.charges:
        place = f"{path}.charges.{charge.code}"
        params = {} if charge.params is None else _fields(charge.params, "bands")
        things[place] = {**params, **_fields(charge, "code", "params")}
        for number, band in enumerate(getattr(charge.params, "bands", ()), 1):
            prices = _fields(band)
            things[f"{place}.bands.{number}"] = {name: prices[name] for name in reversed(prices)}
    return things


def _calendar(calendar: Calendar) -> dict[str, Fields]:
    path = f"calendars.{calendar.code}"
    things: dict[str, Fields] = {path: _fields(calendar, "code", "classes")}
    for each in calendar.classes:
        things[f"{path}.classes.{each.code}"] = _fields(each, "code")
    return things


def _fields(value: Any, *hidden: str) -> dict[str, object]:
    names = [field.name for field in dataclasses.fields(value) if field.name not in hidden]
    return {name: getattr(value, name) for name in names}


def _deck_differences(code: str, old: RateDeck | None, new: RateDeck | None) -> Iterator[Difference]:
    """Rate by rate; only rates that differ are looked into, so that 200,000 equal ones cost little."""
    before, after = _rates(old), _rates(new)
    for key, rate in after.items():
        known = before.get(key)
        path = f"decks.{code}.{key}"
        if known is None:
            yield Difference(Change.NEW, path, "per_minute", "", _told(rate.per_minute))
        elif known != rate:
            yield from _changed(path, _fields(known), _fields(rate))
    for key, rate in before.items():
        if key not in after:
            yield Difference(Change.GONE, f"decks.{code}.{key}", "per_minute", _told(rate.per_minute), "")


def _rates(deck: RateDeck | None) -> dict[str, DeckRate]:
    return {_key(rate): rate for rate in deck.rates} if deck else {}


def _key(rate: DeckRate) -> str:
    caller = f"{rate.from_prefix}>" if rate.from_prefix else ""
    return f"{caller}{rate.prefix}" + (f"@{rate.effective}" if rate.effective.year > 1 else "")


def _told(value: object) -> str:
    simple = plain(value)
    if simple is None:
        return "none"
    if isinstance(simple, bool):
        return "yes" if simple else "no"
    if isinstance(simple, dict | list):
        return json.dumps(simple, ensure_ascii=False)
    return str(simple)
