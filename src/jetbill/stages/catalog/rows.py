"""A version between its tables and `kernel.book.PriceBook`: a handful of statements, whatever its size."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from itertools import starmap
from operator import attrgetter
from typing import Any

from django.db import connection

from jetbill.kernel import book as values
from jetbill.kernel.charge_models import MODELS
from jetbill.kernel.plain import digest, from_plain, plain
from jetbill.kernel.promotions import Promotion, Referral
from jetbill.kernel.units import unit
from jetbill.stages.catalog import models
from jetbill.stages.realms.copying import copy_rows

_RATE_COLUMNS = tuple(field.name for field in fields(values.DeckRate))
_PLAIN = ("params", "selection", "rounding", "commitment")
_PARTS = (
    *(models.Bundle, models.Plan, models.Calendar, models.TaxRate),
    *(models.BookDeck, models.Promotion),
)


def deck_digests(book: values.PriceBook) -> dict[str, str]:
    """The digest of the rates of each deck: SHA-256 over one line per rate."""
    return {code: _rates_digest(deck.rates) for code, deck in book.decks.items()}


def book_digest(book: values.PriceBook, decks: Mapping[str, str]) -> str:
    """The digest of what a version says, whatever its number, its day and its reach.

    The rates of a deck stand in it by their own digest, so that a large deck is digested once.
    """
    names = {code: values.RateDeck(code, deck.name, ()) for code, deck in book.decks.items()}
    bare = replace(book, decks=names, version=0, effective=date.min, applies=values.Applies.EVERYBODY)
    return digest((bare, decks))


def write_parts(version: models.BookVersion, book: values.PriceBook, decks: Mapping[str, str]) -> None:
    """All rows of a new version below its own."""
    plans = _insert(models.Plan, (_own(version, n, plan) for n, plan in enumerate(book.plans.values())))
    bundles = _insert(models.Bundle, (_own(version, n, each) for n, each in enumerate(book.bundles.values())))
    _insert(models.PlanOffer, _offer_rows(version, book, bundles, plans))
    _insert(models.Fee, _fee_rows(version, book, plans))
    _insert(models.UsageCharge, _charge_rows(version, book, plans))
    _insert(models.Calendar, (_own(version, n, each) for n, each in enumerate(book.calendars.values())))
    _insert(models.TaxRate, (_own(version, n, each) for n, each in enumerate(book.taxes)))
    _insert(models.BookDeck, _deck_rows(version, book, decks))
    _insert(models.Promotion, _promotion_rows(version, book))


def read_book(version: models.BookVersion) -> values.PriceBook:
    """The value of a version."""
    rows: dict[Any, list[Any]] = {
        model: list(model.objects.filter(version=version).order_by("ordinal")) for model in _PARTS
    }
    return values.PriceBook(
        code=version.book.code,
        name=version.name,
        currency=version.currency,
        bundles=_bundles(version, rows[models.Bundle]),
        plans=_plans(version, rows[models.Plan]),
        taxes=tuple(_value(values.TaxRate, row) for row in rows[models.TaxRate]),
        calendars={row.code: _calendar(row) for row in rows[models.Calendar]},
        decks=_decks(rows[models.BookDeck]),
        promotions={row.code: _promotion(row) for row in rows[models.Promotion]},
        referral=from_plain(Referral | None, version.referral),
        prices_include_tax=version.prices_include_tax,
        version=version.number,
        effective=version.effective or date.min,
        applies=values.Applies(version.applies),
    )


def _rates_digest(rates: Sequence[values.DeckRate]) -> str:
    # written out, as it runs 200,000 times; the quoted name cannot be mistaken for its neighbours
    lines = [
        f"{r.prefix} {r.destination!r} {r.per_minute} {r.connect_fee} {r.minimum_s} {r.first_s} {r.next_s} "
        f"{r.effective} {r.from_prefix} {r.is_blocked}"
        for r in rates
    ]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _insert(model: Any, rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    made = model.objects.bulk_create([model(**row) for row in rows])
    return {getattr(row, "code", str(row.ordinal)): row.pk for row in made}


def _own(version: models.BookVersion, ordinal: int, value: Any) -> dict[str, Any]:
    """The columns of a value that has no parts in other tables; collections become JSON."""
    row: dict[str, Any] = {"version": version, "ordinal": ordinal}
    for field in fields(value):
        held = getattr(value, field.name)
        if field.name not in ("fees", "charges", "offers"):
            row[field.name] = plain(held) if isinstance(held, tuple | frozenset) else held
    return row


def _offer_rows(
    version: models.BookVersion, book: values.PriceBook, bundles: dict[str, int], plans: dict[str, int]
) -> Iterable[dict[str, Any]]:
    for bundle in book.bundles.values():
        for ordinal, offer in enumerate(bundle.offers):
            row = _own(version, ordinal, offer)
            del row["plan"]
            yield row | {"bundle_id": bundles[bundle.code], "plan_id": plans[offer.plan]}


def _fee_rows(
    version: models.BookVersion, book: values.PriceBook, plans: dict[str, int]
) -> Iterable[dict[str, Any]]:
    for plan in book.plans.values():
        for ordinal, fee in enumerate(plan.fees):
            row = _own(version, ordinal, fee)
            every = row.pop("every")
            row["proration"] = plain(fee.proration)
            yield row | {
                "plan_id": plans[plan.code],
                "every_count": every and every.count,
                "every_span": every and every.span.value,
            }


def _charge_rows(
    version: models.BookVersion, book: values.PriceBook, plans: dict[str, int]
) -> Iterable[dict[str, Any]]:
    for plan in book.plans.values():
        for ordinal, charge in enumerate(plan.charges):
            json = {name: plain(getattr(charge, name)) for name in _PLAIN}
            row = _own(version, ordinal, charge) | json
            yield row | {"unit": charge.unit.name, "plan_id": plans[plan.code]}


def _deck_rows(
    version: models.BookVersion, book: values.PriceBook, decks: Mapping[str, str]
) -> Iterable[dict[str, Any]]:
    for ordinal, deck in enumerate(book.decks.values()):
        yield {
            "version": version,
            "ordinal": ordinal,
            "code": deck.code,
            "name": deck.name,
            "deck": _kept_deck(deck.rates, decks[deck.code]),
        }


def _promotion_rows(version: models.BookVersion, book: values.PriceBook) -> Iterable[dict[str, Any]]:
    for ordinal, each in enumerate(book.promotions.values()):
        yield {"version": version, "ordinal": ordinal, "code": each.code, "body": plain(each)}


def _promotion(row: models.Promotion) -> Promotion:
    found: Promotion = from_plain(Promotion, row.body)
    return found


def _kept_deck(rates: Sequence[values.DeckRate], rates_digest: str) -> models.RateDeck:
    """The deck with exactly these rates; written by COPY and sealed if the realm has none yet."""
    deck, is_new = models.RateDeck.objects.get_or_create(digest=rates_digest)
    if is_new:
        cells = attrgetter(*_RATE_COLUMNS)
        rows = ((deck.pk, number, *cells(rate)) for number, rate in enumerate(rates))
        copy_rows("deck_rate", ("deck_id", "ordinal", *_RATE_COLUMNS), rows)
        deck.is_sealed = True
        deck.save(update_fields=["is_sealed"])
    return deck


def _bundles(version: models.BookVersion, rows: Sequence[Any]) -> dict[str, values.Bundle]:
    offers = defaultdict(list)
    found = models.PlanOffer.objects.filter(version=version).order_by("bundle", "ordinal")
    for row in found.select_related("plan"):
        value = _value(values.PlanOffer, row, plan=row.plan.code)
        offers[row.bundle_id].append(value)
    return {row.code: _value(values.Bundle, row, offers=tuple(offers[row.pk])) for row in rows}


def _plans(version: models.BookVersion, rows: Sequence[Any]) -> dict[str, values.Plan]:
    fees, charges = defaultdict(list), defaultdict(list)
    for row in models.Fee.objects.filter(version=version).order_by("plan", "ordinal"):
        fees[row.plan_id].append(_fee(row))
    for charge in models.UsageCharge.objects.filter(version=version).order_by("plan", "ordinal"):
        charges[charge.plan_id].append(_charge(charge))
    return {
        row.code: _value(values.Plan, row, fees=tuple(fees[row.pk]), charges=tuple(charges[row.pk]))
        for row in rows
    }


def _fee(row: models.Fee) -> values.Fee:
    every = None
    if row.every_count is not None and row.every_span is not None:
        every = values.Every(row.every_count, values.Span(row.every_span))
    fee: values.Fee = _value(
        values.Fee,
        row,
        every=every,
        proration=from_plain(values.Proration, row.proration),
        phases=from_plain(tuple[values.Phase, ...], row.phases),
    )
    return fee


def _charge(row: models.UsageCharge) -> values.UsageCharge:
    params = None if row.params is None else from_plain(MODELS[row.model].Params, row.params)
    charge: values.UsageCharge = _value(
        values.UsageCharge,
        row,
        unit=unit(row.unit),
        params=params,
        selection=from_plain(values.Selection, row.selection),
        rounding=from_plain(values.ChargeRounding, row.rounding),
        commitment=from_plain(values.Commitment, row.commitment),
    )
    return charge


def _calendar(row: models.Calendar) -> values.Calendar:
    calendar: values.Calendar = _value(
        values.Calendar,
        row,
        classes=from_plain(tuple[values.TimeClass, ...], row.classes),
        holidays=from_plain(frozenset[date], row.holidays),
    )
    return calendar


def _decks(rows: Sequence[Any]) -> dict[str, values.RateDeck]:
    return {row.code: values.RateDeck(row.code, row.name, _rates(row.deck_id)) for row in rows}


def _rates(deck_id: int) -> tuple[values.DeckRate, ...]:
    """Rows straight into values: half a million model instances would only be thrown away."""
    columns = ", ".join(_RATE_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM deck_rate WHERE deck_id = %s ORDER BY ordinal", [deck_id])
        return tuple(starmap(values.DeckRate, cursor.fetchall()))


_ENUMS: dict[str, Any] = {
    "timing": values.Timing,
    "alignment": values.Alignment,
    "meter": values.MeterKind,
    "tempo": values.Tempo,
    "offer": values.Offer,
}


def _value(kind: Any, row: Any, **given: Any) -> Any:
    """A value of the kernel from the columns of the same names; `given` fields are made already."""
    held = dict(given)
    for field in fields(kind):
        if field.name in given:
            continue
        raw = getattr(row, field.name)
        held[field.name] = _ENUMS[field.name](raw) if field.name in _ENUMS else raw
    return kind(**held)
