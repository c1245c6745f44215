"""Builds the frozen view of an invoice or credit note from a bill of the kernel and the realm's look.

A view is made in fields, as canonical JSON from the start: what thousands of documents have alike (a line, a
tax row, a month) is written once and put in as text. Who stores them in which part is told in
`actions/framing`. Nothing is calculated here: sums come from the kernel, and a view that does not add up is
refused by its own test.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from jetbill.documents import canonical, view
from jetbill.kernel import payment_slips
from jetbill.kernel.money import rounded
from jetbill.kernel.proposal.lines import Item, LineKind, NewLine, is_minimum
from jetbill.kernel.tax import TaxSummary
from jetbill.stages.billing.look import SLIPS, Bank, Look
from jetbill.stages.billing.models import Kind
from jetbill.stages.billing.sealing import NUMBER_TOKEN, REFERENCE_TOKEN
from jetbill.stages.customers.queries import Addressee

QUANTITY_DIGITS = 3
KEPT = 50_000
"""How many texts of a kind are kept."""
ZERO = Decimal(0)
_LINES: dict[tuple[object, ...], tuple[Item, str, str]] = {}
CENT = Decimal("0.01")
NAMED_TAXES = ("S", "L", "M")
"""Categories whose tax has a name, which is a label; the others are named by their reason."""
GROUPS = {
    LineKind.FEE: "group.recurring",
    LineKind.SETUP: "group.one_off",
    LineKind.USAGE: "group.usage",
    LineKind.COMMITMENT: "group.usage",
    LineKind.ONE_OFF: "group.one_off",
    LineKind.DISCOUNT: "group.one_off",
    LineKind.GOODWILL: "group.one_off",
    LineKind.CREDIT: "group.one_off",
}
ORDER = ("group.recurring", "group.usage", "group.one_off")
LOCALES = {"en": "en_IE", "de": "de_DE", "ar": "ar_AE", "fr": "fr_FR", "es": "es_ES", "pt": "pt_PT"}


@dataclass(frozen=True, slots=True)
class Corrected:
    """The issued invoice that a credit note corrects, and what else there is to say about it."""

    document: int
    number: str
    on: date
    note: view.Text = ""


class Setting(NamedTuple):
    """What stands around the lines: who, when, what he owed before and what his usage looked like."""

    addressee: Addressee
    on: date
    due_on: date | None
    currency: str
    previous: Decimal = Decimal(0)
    payments: Decimal = Decimal(0)
    months: str = ""
    """The months up to this one, as canonical JSON."""
    chart: view.Chart | None = None
    corrects: Corrected | None = None


Fields = dict[str, str]
"""Fields of a view as canonical JSON; an empty one is left out."""


def run_fields(kind: Kind, setting: Setting, look: Look) -> Fields:
    """What all documents of a run have in common, if kind, language and currency are the same."""
    shared = {name: part for name, part in head(setting, look).items() if name not in ("buyer", "customer")}
    if kind is Kind.INVOICE:
        shared["advert"] = look.advert
    shared |= {"kind": kind.value, "profile": look.profile}
    return {name: canonical.fragment(part) for name, part in shared.items() if part}


def buyer_fields(to: Addressee, look: Look) -> Fields:
    """Who is charged."""
    return {
        "buyer": _buyer_text(to, look),
        "customer": canonical.text(to.number) if to.number else "",
    }


def buyer_record(to: Addressee, look: Look) -> str:
    """`canonical.record` of `buyer_fields` alone, at once."""
    customer = f',"customer":{canonical.text(to.number)}' if to.number else ""
    return f'{{"buyer":{_buyer_text(to, look)}{customer}}}'


@dataclass(frozen=True, slots=True)
class Charges:
    """What a document charges, as canonical JSON; empty where there is nothing."""

    groups: str
    taxes: str
    period: str


def sign_of(kind: Kind) -> int:
    """A credit note shows what it gives back: the negative amounts of its bill as positive ones."""
    return 1 if kind is Kind.INVOICE else -1


def charges_of(lines: Sequence[NewLine], taxed: TaxSummary, kind: Kind) -> Charges:
    """The charges of `lines`, whose net amounts are `taxed.nets` in that order; a note shows them negated."""
    sign = sign_of(kind)
    period = canonical.fragment(_span(lines)) if lines else ""
    return Charges(_groups(lines, sign), _taxes(taxed, sign), period)


def charged_fields(kind: Kind, charges: Charges, taxed: TaxSummary, setting: Setting, look: Look) -> Fields:
    """What is charged, and what was before: the same for all who are charged alike."""
    common = {"groups": charges.groups, "taxes": charges.taxes, "period": charges.period}
    if kind is Kind.INVOICE:
        return common | _invoice_fields(taxed, setting, look)
    return common | _credit_note_fields(taxed, setting)


def _invoice_fields(taxed: TaxSummary, setting: Setting, look: Look) -> Fields:
    due = taxed.payable + setting.previous + setting.payments
    told = (taxed.net, taxed.tax, taxed.payable, due, setting.previous, setting.payments)
    return {
        "chart": canonical.fragment(setting.chart) if setting.chart else "",
        "due": canonical.fragment(setting.due_on) if setting.due_on else "",
        "months": setting.months,
        "slip": _slip(look.bank, str(due), setting.currency) if look.bank else "",
        "totals": _totals(*map(str, told)),
    }


def _credit_note_fields(taxed: TaxSummary, setting: Setting) -> Fields:
    """`taxed` is negative, the note shows what it gives back."""
    of = setting.corrects
    return {
        "corrects": canonical.fragment(of.number) if of else "",
        "corrects_date": canonical.fragment(of.on if of else setting.on),
        "note": canonical.fragment(of.note) if of and of.note else "",
        "totals": _totals(*map(str, (-taxed.net, -taxed.tax, -taxed.payable, -taxed.payable))),
    }


def head(setting: Setting, look: Look) -> dict[str, Any]:
    """What every kind of document has at its top; the number is a token that sealing replaces."""
    to = setting.addressee
    return {
        "state": view.State.ISSUED,
        "number": NUMBER_TOKEN,
        "date": setting.on,
        "locale": locale_of(setting, look),
        "currency": setting.currency,
        "customer": to.number,
        "seller": look.seller,
        "buyer": _buyer(to, look),
        "brand": look.brand,
    }


def locale_of(setting: Setting, look: Look) -> str:
    """The CLDR name of the language and country that a document is written for."""
    language = setting.addressee.language
    return LOCALES.get(language, language or look.locale)


def _buyer(to: Addressee, look: Look) -> view.Party:
    return view.Party(
        name=to.name,
        country=to.country or look.seller.country,
        lines=(*to.lines, " ".join([part for part in (to.postcode, to.city) if part])),
        street=to.lines[0] if to.lines else "",
        city=to.city,
        postcode=to.postcode,
        tax_ids=(view.TaxId("vat", to.tax_id),) if to.tax_id else (),
        email=to.email,
    )


def _buyer_text(to: Addressee, look: Look) -> str:
    """`_buyer` as JSON, in a fifth of the time."""
    text = canonical.text
    place = f"{to.postcode} {to.city}" if to.postcode and to.city else to.postcode or to.city
    lines = ",".join([text(line) for line in (*to.lines, place)])
    city = f'"city":{text(to.city)},' if to.city else ""
    country = to.country or look.seller.country
    email = f'"email":{text(to.email)},' if to.email else ""
    postcode = f',"postcode":{text(to.postcode)}' if to.postcode else ""
    street = f',"street":{text(to.lines[0])}' if to.lines and to.lines[0] else ""
    tax = f',"tax_ids":[{{"scheme":"vat","value":{text(to.tax_id)}}}]' if to.tax_id else ""
    where = f'{city}"country":{text(country)},' if country else city
    name = f',"name":{text(to.name)}' if to.name else ""
    return f'{{{where}{email}"lines":[{lines}]{name}{postcode}{street}{tax}}}'


def _groups(lines: Sequence[NewLine], sign: int) -> str:
    texts: dict[str, list[str]] = {}
    sums: dict[str, Decimal] = {}
    for line in lines:
        key, text = _line(line, sign)
        texts.setdefault(key, []).append(text)
        sums[key] = sums.get(key, ZERO) + sign * line.amount
    groups = [
        f'{{"amount":"{canonical.number_text(sums[key])}","lines":[{",".join(texts[key])}],'
        f'"text":{{"key":"{key}"}}}}'
        for key in ORDER
        if key in texts
    ]
    return f"[{','.join(groups)}]" if groups else ""


def _line(line: NewLine, sign: int) -> tuple[str, str]:
    """The group and the JSON of a line. Thousands have the same one, so it is written once."""
    measured, item = line.measured, line.item
    name = (
        *(id(item), line.key.rate_class, line.start, line.end, str(line.amount), line.quantity, sign),
        measured.records if measured else 0,
    )
    known = _LINES.get(name)
    if known is None or known[0] is not item:
        if len(_LINES) >= KEPT:
            _LINES.clear()
        known = _LINES[name] = (item, GROUPS[item.kind], canonical.fragment(_view_line(line, sign)))
    return known[1], known[2]


def _view_line(line: NewLine, sign: int) -> view.Line:
    item = line.item
    return view.Line(
        text=_text(line),
        amount=sign * line.amount,
        tax=_tax_code(item.category, item.percent),
        details=_details(line),
        period=view.Span(line.start, line.end),
        quantity=_printed(line.quantity),
        unit=item.unit,
        unit_price=_price(item.unit_price),
    )


def _text(line: NewLine) -> view.Text:
    name = line.item.name
    if line.item.kind is LineKind.COMMITMENT:
        return view.Phrase("line.minimum" if is_minimum(line.key) else "line.maximum", {"text": name})
    return f"{name} · {line.key.rate_class}" if line.key.rate_class else name


def _details(line: NewLine) -> view.Text:
    """Calls are counted; everything else shows its days."""
    measured = line.measured
    if measured is None or not measured.records or line.item.unit not in ("min", "s"):
        return ""
    minutes = _printed(line.quantity)
    return view.Phrase("detail.calls", {"n": str(measured.records), "minutes": f"{minutes:f}"})


def _printed(quantity: Decimal | Fraction) -> Decimal:
    shown = rounded(Fraction(quantity), QUANTITY_DIGITS).normalize()
    return shown if shown.as_tuple().exponent <= 0 else shown.quantize(Decimal(1))


def _price(price: Decimal | None) -> Decimal | None:
    """A price with the digits that say something, two at least."""
    if price is None:
        return None
    shown = price.normalize()
    return shown if -int(shown.as_tuple().exponent) > 2 else price.quantize(CENT)


def _taxes(taxed: TaxSummary, sign: int) -> str:
    rows = [
        _tax((row.category, str(row.rate), row.reason), str(row.base), str(row.tax), sign)
        for row in taxed.rows
    ]
    return f"[{','.join(rows)}]" if rows else ""


@lru_cache(maxsize=KEPT)
def _tax(kind: tuple[str, str, str], base: str, amount: str, sign: int) -> str:
    category, rate, reason = kind
    return canonical.fragment(
        view.TaxRow(
            code=_tax_code(category, Decimal(rate)),
            category=category,
            rate=Decimal(rate),
            base=sign * Decimal(base),
            amount=sign * Decimal(amount),
            text=view.Phrase(f"tax.{category}") if category in NAMED_TAXES else "",
            reason=reason,
        )
    )


@lru_cache(maxsize=256)
def _tax_code(category: str, percent: Decimal) -> str:
    return f"{category}{percent.normalize():f}"


@lru_cache(maxsize=KEPT)
def _totals(net: str, tax: str, total: str, due: str, *account: str) -> str:
    previous, payments = map(Decimal, account) if account else (None, None)
    return canonical.fragment(
        view.Totals(
            net=Decimal(net),
            tax=Decimal(tax),
            total=Decimal(total),
            amount_due=Decimal(due),
            previous_balance=previous,
            payments=payments,
        )
    )


def _span(lines: Sequence[NewLine]) -> view.Span:
    return view.Span(min([line.start for line in lines]), max([line.end for line in lines]))


@lru_cache(maxsize=KEPT)
def _slip(bank: Bank, due: str, currency: str) -> str:
    slip = slip_of(bank, Decimal(due), currency)
    return canonical.fragment(slip) if slip else ""


def slip_of(bank: Bank, amount: Decimal, currency: str) -> view.Slip | None:
    """How to pay `amount`; the reference is a token that sealing replaces. None if there is nothing to pay,
    or the scheme cannot carry it: another currency, an amount beyond its bounds, a bank without IBAN."""
    if amount <= 0:
        return None
    transfer = payment_slips.Transfer(
        name=bank.name,
        iban=bank.iban,
        amount=amount,
        currency=currency,
        bic=bank.bic,
        reference=REFERENCE_TOKEN,
    )
    try:
        payload = SLIPS[bank.scheme](transfer)
    except ValueError:
        return None
    return view.Slip(
        scheme=bank.scheme,
        payload=payload,
        name=bank.name,
        iban=bank.iban,
        reference=REFERENCE_TOKEN,
        amount=amount,
        bic=bank.bic,
    )
