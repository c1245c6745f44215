"""What may be wrong with a realm's settings that can be read: told before they are kept.

A finding names the setting by the words of a realm file: `bank.iban`, `look.primary`.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from decimal import Decimal

from jetbill.documents.colours import palette
from jetbill.documents.formats import countries, formats
from jetbill.documents.sheet import PAPERS
from jetbill.documents.view import PARTS, Brand, Party
from jetbill.documents.writer import label_keys
from jetbill.kernel.currencies import EXPONENTS
from jetbill.kernel.finding import Finding, error, unknown
from jetbill.kernel.payment_slips import Transfer
from jetbill.kernel.zones import zone
from jetbill.stages.billing.look import SLIPS, Bank, Policies, look_of
from jetbill.stages.realms.models import Realm

TAX_IDS = ("vat", "tax", "company")
_HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def check(realm: Realm) -> Iterator[Finding]:
    """Every fault of the settings of `realm`, all but those of its mail."""
    look = look_of(realm)
    yield from _place(realm)
    yield from _seller(look.seller)
    if look.profile is not None and not look.seller.country:
        yield error("tax_profile", "an electronic invoice names the seller's country: write seller.country")
    if look.bank is not None:
        yield from _bank(look.bank, realm.currency)
    yield from _brand(look.brand)
    yield from _policies(look.policies)


def _place(realm: Realm) -> Iterator[Finding]:
    if realm.host_name and not _HOST.fullmatch(realm.host_name):
        yield error("host_name", f'"{realm.host_name}" is no host name such as billing.north.example')
    try:
        zone(realm.time_zone)
    except ValueError as wrong:
        yield error("time_zone", str(wrong))
    if realm.currency not in EXPONENTS:
        yield error("currency", f'"{realm.currency}" is not a currency of ISO 4217 such as EUR')
        return
    if realm.country:
        yield from _country("country", realm.country)
    try:
        formats(realm.locale, realm.currency)
    except ValueError:
        yield error("locale", f'"{realm.locale}" is no locale such as en, en_IE or de_AT')


def _country(path: str, code: str) -> Iterator[Finding]:
    if code not in countries():
        yield error(path, f'"{code}" is no country of ISO 3166 such as IE')


def _seller(seller: Party) -> Iterator[Finding]:
    if seller.country:
        yield from _country("seller.country", seller.country)
    for number, each in enumerate(seller.tax_ids, 1):
        if each.scheme not in TAX_IDS:
            yield error(f"seller.tax_ids.{number}.scheme", unknown("scheme", each.scheme, TAX_IDS))
    if len(seller.endpoint) not in (0, 2):
        yield error("seller.endpoint", "an electronic address has two parts, such as [9935, IE6388047V]")


def _bank(bank: Bank, currency: str) -> Iterator[Finding]:
    if bank.scheme not in SLIPS:
        yield error("bank.scheme", unknown("scheme", bank.scheme, SLIPS))
        return
    try:
        SLIPS[bank.scheme](Transfer(bank.name, bank.iban, Decimal(1), currency, bank.bic))
    except ValueError as wrong:
        name, _, said = str(wrong).partition(": ")
        is_ours = name in ("iban", "name")
        yield error(f"bank.{name}", said if is_ours else f"no {bank.scheme} slip can be made: {wrong}")
    if not re.fullmatch(r"([A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?)?", bank.bic):
        yield error("bank.bic", f'"{bank.bic}" is no BIC of 8 or 11 letters and digits')


def _brand(brand: Brand) -> Iterator[Finding]:
    for name in ("primary", "accent"):
        told = getattr(brand, name)
        try:
            palette(told, told)
        except ValueError:
            yield error(f"look.{name}", f'"{told}" is no colour such as "#1b3a8f"')
    if brand.paper not in PAPERS:
        yield error("look.paper", unknown("paper", brand.paper, PAPERS))
    for number, part in enumerate(brand.hidden, 1):
        if part not in PARTS:
            yield error(f"look.hidden.{number}", unknown("part", part, PARTS))
    for key in brand.labels:
        if key.partition("@")[0] not in label_keys():
            yield error(f"look.labels.{key}", unknown("label", key, label_keys()))


def _policies(policies: Policies) -> Iterator[Finding]:
    for each in fields(policies):
        told = getattr(policies, each.name)
        if isinstance(told, int | Decimal) and told < 0:
            yield error(f"policies.{each.name}", f"{told} is below zero")
