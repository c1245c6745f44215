"""Builds the frozen view of an invoice or credit note from a bill of the kernel and the realm's look.

The view holds tokens where issuing puts the number (see sealing). Nothing is calculated here: sums come from
the kernel, and a view that does not add up is refused by its own test.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from jetbill.documents import canonical, view
from jetbill.kernel import payment_slips
from jetbill.kernel.money import rounded
from jetbill.kernel.proposal.lines import LineKind, NewLine
from jetbill.kernel.tax import TaxSummary
from jetbill.stages.billing.look import Bank, Look
from jetbill.stages.billing.sealing import NUMBER_TOKEN, REFERENCE_TOKEN
from jetbill.stages.customers.queries import Addressee

QUANTITY_DIGITS = 3
CENT = Decimal("0.01")
TAX_NAMES = {"S": "VAT"}
"""What the tax of a category is called on documents; the others are named by their reason."""
GROUPS = {
    LineKind.FEE: "group.recurring",
    LineKind.SETUP: "group.one_off",
    LineKind.USAGE: "group.usage",
    LineKind.ONE_OFF: "group.one_off",
    LineKind.DISCOUNT: "group.one_off",
    LineKind.GOODWILL: "group.one_off",
}
ORDER = ("group.recurring", "group.usage", "group.one_off")
LOCALES = {"en": "en_IE", "de": "de_DE", "ar": "ar_AE", "fr": "fr_FR", "es": "es_ES", "pt": "pt_PT"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands around the lines: who, when, what he owed before and what his usage looked like."""

    addressee: Addressee
    on: date
    due_on: date | None
    currency: str
    previous: Decimal = Decimal(0)
    payments: Decimal = Decimal(0)
    months: Mapping[date, Decimal] = field(default_factory=dict)
    chart: view.Chart | None = None


def invoice_view(lines: Sequence[NewLine], taxed: TaxSummary, setting: Setting, look: Look) -> bytes:
    """The canonical view of an invoice over `lines`, whose net amounts are `taxed.nets` in that order."""
    due = taxed.payable + setting.previous + setting.payments
    return canonical.encode(
        view.Invoice(
            **head(setting, look),
            groups=_groups(lines, 1),
            taxes=_taxes(taxed),
            totals=view.Totals(
                net=taxed.net,
                tax=taxed.tax,
                total=taxed.payable,
                amount_due=due,
                previous_balance=setting.previous,
                payments=setting.payments,
            ),
            due=setting.due_on,
            period=_span(lines),
            chart=setting.chart,
            months=tuple(view.Month(first, amount) for first, amount in sorted(setting.months.items())),
            advert=look.advert,
            slip=_slip(look.bank, due, setting) if look.bank and due > 0 else None,
            profile=look.profile,
        )
    )


def credit_note_view(lines: Sequence[NewLine], taxed: TaxSummary, setting: Setting, look: Look) -> bytes:
    """The canonical view of a credit note: `taxed` is negative, the note shows what it gives back."""
    return canonical.encode(
        view.CreditNote(
            **head(setting, look),
            corrects="",
            corrects_date=setting.on,
            groups=_groups(lines, -1),
            taxes=_taxes(taxed, -1),
            totals=view.Totals(
                net=-taxed.net, tax=-taxed.tax, total=-taxed.payable, amount_due=-taxed.payable
            ),
            period=_span(lines),
            profile=look.profile,
        )
    )


def head(setting: Setting, look: Look) -> dict[str, Any]:
    """What every kind of document has at its top; the number is a token that sealing replaces."""
    to = setting.addressee
    buyer = view.Party(
        name=to.name,
        country=to.country or look.seller.country,
        lines=(*to.lines, " ".join(part for part in (to.postcode, to.city) if part)),
        street=to.lines[0] if to.lines else "",
        city=to.city,
        postcode=to.postcode,
        tax_ids=(view.TaxId("vat", to.tax_id),) if to.tax_id else (),
        email=to.email,
    )
    return {
        "state": view.State.ISSUED,
        "number": NUMBER_TOKEN,
        "date": setting.on,
        "locale": LOCALES.get(to.language, to.language or look.locale),
        "currency": setting.currency,
        "customer": to.number,
        "seller": look.seller,
        "buyer": buyer,
        "brand": look.brand,
    }


def _groups(lines: Sequence[NewLine], sign: int) -> tuple[view.Group, ...]:
    found: dict[str, list[view.Line]] = {}
    for line in lines:
        found.setdefault(GROUPS[line.item.kind], []).append(_line(line, sign))
    return tuple(
        view.Group(view.Phrase(key), sum((line.amount for line in found[key]), Decimal(0)), tuple(found[key]))
        for key in ORDER
        if key in found
    )


def _line(line: NewLine, sign: int) -> view.Line:
    item = line.item
    text = item.name if not line.key.rate_class else f"{item.name} · {line.key.rate_class}"
    return view.Line(
        text=text,
        amount=sign * line.amount,
        tax=_tax_code(item.category, item.percent),
        details=_details(line),
        period=view.Span(line.start, line.end),
        quantity=_printed(line.quantity),
        unit=item.unit,
        unit_price=_price(item.unit_price),
    )


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


def _taxes(taxed: TaxSummary, sign: int = 1) -> tuple[view.TaxRow, ...]:
    return tuple(
        view.TaxRow(
            code=_tax_code(row.category, row.rate),
            category=row.category,
            rate=row.rate,
            base=sign * row.base,
            amount=sign * row.tax,
            text=TAX_NAMES.get(row.category, ""),
            reason=row.reason,
        )
        for row in taxed.rows
    )


def _tax_code(category: str, percent: Decimal) -> str:
    return f"{category}{percent.normalize():f}"


def _span(lines: Sequence[NewLine]) -> view.Span | None:
    if not lines:
        return None
    return view.Span(min(line.start for line in lines), max(line.end for line in lines))


def _slip(bank: Bank, amount: Decimal, setting: Setting) -> view.Slip:
    transfer = payment_slips.Transfer(
        name=bank.name,
        iban=bank.iban,
        amount=amount,
        currency=setting.currency,
        bic=bank.bic,
        reference=REFERENCE_TOKEN,
    )
    payload = {"epc": payment_slips.epc, "spayd": payment_slips.spayd}[bank.scheme](transfer)
    return view.Slip(
        scheme=bank.scheme,
        payload=payload,
        name=bank.name,
        iban=bank.iban,
        reference=REFERENCE_TOKEN,
        amount=amount,
        bic=bank.bic,
    )
