"""A price book as YAML in its long form: every name written out, defaults left out, decks inline or as CSV.

Reading what is written here gives the same book again, digit for digit.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jetbill.doors.files.deck_csv import deck_text
from jetbill.doors.files.shapes import written, written_record
from jetbill.doors.files.yaml_text import yaml_text
from jetbill.kernel.book import Applies, Bundle, Calendar, Plan, PlanOffer, PriceBook, TaxRate, UsageCharge
from jetbill.kernel.tariff_check import DECK


def dump_book(book: PriceBook, deck_files: Mapping[str, str] | None = None) -> str:
    """`book` as YAML; a deck in `deck_files` (code -> file name) is only named, others are written inline."""
    return yaml_text(_top(book, deck_files or {}))


def write_book(book: PriceBook, folder: Path) -> Path:
    """`<code>.yaml` and one `<code>-<deck>.csv` for each deck, in `folder`; returns the path of the YAML."""
    names = {code: f"{book.code}-{code}.csv" for code in book.decks}
    for code, name in names.items():
        (folder / name).write_text(deck_text(book.decks[code].rates), encoding="utf-8")
    path = folder / f"{book.code}.yaml"
    path.write_text(dump_book(book, names), encoding="utf-8")
    return path


def _top(book: PriceBook, deck_files: Mapping[str, str]) -> dict[str, Any]:
    top: dict[str, Any] = {"code": book.code, "name": book.name, "currency": book.currency}
    if book.prices_include_tax:
        top["prices_include_tax"] = "yes"
    if book.effective.year > 1:
        top["effective"] = written(book.effective)
    if book.applies is not Applies.EVERYBODY:
        top["applies"] = book.applies.value
    top["taxes"] = _taxes(book.taxes)
    if book.calendars:
        top["calendars"] = {code: _calendar(each) for code, each in book.calendars.items()}
    if book.decks:
        top["decks"] = {code: _deck(book, code, deck_files.get(code)) for code in book.decks}
    top["plans"] = {code: _plan(each) for code, each in book.plans.items()}
    top["bundles"] = {code: _bundle(each) for code, each in book.bundles.items()}
    if book.promotions:
        top["promotions"] = {code: written_record(each, ("code",)) for code, each in book.promotions.items()}
    if book.referral is not None:
        top["referral"] = written_record(book.referral)
    return top


def _taxes(taxes: tuple[TaxRate, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for tax in taxes:
        found.setdefault(tax.tax_class, []).append(written_record(tax, ("tax_class",)))
    return found


def _calendar(calendar: Calendar) -> dict[str, Any]:
    classes = {each.code: written_record(each, ("code",)) for each in calendar.classes}
    return written_record(calendar, ("code", "classes")) | {"classes": classes}


def _deck(book: PriceBook, code: str, file: str | None) -> dict[str, Any]:
    deck = book.decks[code]
    if file is not None:
        return {"name": deck.name, "file": file}
    return {"name": deck.name, "rates": [written_record(rate) for rate in deck.rates]}


def _plan(plan: Plan) -> dict[str, Any]:
    fields = written_record(plan, ("code", "fees", "charges"))
    if plan.fees:
        fields["fees"] = {fee.code: written_record(fee, ("code",)) for fee in plan.fees}
    if plan.charges:
        fields["charges"] = {charge.code: _charge(charge) for charge in plan.charges}
    return fields


def _charge(charge: UsageCharge) -> dict[str, Any]:
    fields = written_record(charge, ("code", "model", "params", "deck"))
    price: dict[str, Any] = {"model": charge.model}
    if charge.model == DECK:
        price["deck"] = charge.deck
    if charge.params is not None:
        price |= written_record(charge.params)
    return fields | {"price": price}


def _bundle(bundle: Bundle) -> dict[str, Any]:
    offers = [_offer(offer) for offer in bundle.offers]
    return written_record(bundle, ("code", "offers")) | {"offers": offers}


def _offer(offer: PlanOffer) -> Any:
    return offer.plan if offer == PlanOffer(offer.plan) else written_record(offer)
