"""Sample documents of three brands, for the gallery, the bench, the brand editor and the tests.

Everything reconciles: the itemised calls add up to the call lines, the days of the chart to the billed
data, lines to net, net and tax to the total, and the last of the twelve months is this invoice.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from jetbill.documents.view import (
    Advert,
    Ageing,
    Annex,
    Brand,
    Chart,
    CreditNote,
    Entry,
    Group,
    Invoice,
    Itemised,
    ItemisedGroup,
    Line,
    Meter,
    Month,
    Party,
    Phrase,
    Receipt,
    Series,
    Settled,
    Slip,
    Span,
    State,
    Statement,
    TaxProfile,
    TaxRow,
    Totals,
)
from jetbill.kernel.payment_slips import Transfer, epc, rf_reference

CENT = Decimal("0.01")
EUROPE = ("IE", "DE")
NOVEMBER = Span(date(2026, 11, 1), date(2026, 12, 1))
ASSETS = Path(__file__).parent / "sample_assets"
"""The brand folder of the samples."""


@dataclass(frozen=True, slots=True)
class Look:
    """A brand with its language, seller and buyer, and the names its book gives to what it sells."""

    brand: Brand
    locale: str
    currency: str
    seller: Party
    buyer: Party
    words: dict[str, str]
    advert: Advert | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the itemised list; charged per started minute."""

    day: date
    second: int
    to: str
    kind: str
    duration_s: int

    def minutes(self) -> int:
        return -(-self.duration_s // 60)

    def amount(self) -> Decimal:
        return RATES[self.kind] * self.minutes()


RATES = {"national": Decimal("0.02"), "mobile": Decimal("0.08"), "international": Decimal("0.21")}
NUMBERS = ("020 910 0000", "020 910 0100")


def invoice(look: Look, index: int = 0, calls: int = 60, state: State = State.ISSUED) -> Invoice:
    """Invoice number `index` of the look, with that many itemised calls; every index is a different one."""
    dice = random.Random(index)
    made = _calls(dice, calls)
    chart, over = _chart(dice)
    groups = _groups(look, [call for _, call in made], over)
    zero, rate = Decimal(0), Decimal(look.words["tax_rate"])
    row = TaxRow("std", "S", rate, zero, zero, look.words["tax"])
    taxes, totals = _totals(sum((group.amount for group in groups), zero), row)
    totals = replace(totals, previous_balance=Decimal("172.40"), payments=Decimal("-172.40"))
    is_issued = state is State.ISSUED
    number = f"INV-2026-{104000 + index}" if is_issued else ""
    return Invoice(
        **_head(look, number, date(2026, 12, 1), index, state),
        groups=groups,
        taxes=taxes,
        totals=totals,
        due=date(2026, 12, 15),
        period=NOVEMBER,
        chart=chart,
        months=_months(dice, totals.total),
        advert=look.advert,
        slip=_slip(look, number, totals.amount_due) if is_issued else None,
        annex=Annex((_itemised(made),)) if calls else None,
        profile=TaxProfile() if look.seller.country in EUROPE else None,
    )


def short(look: Look, index: int = 0) -> Invoice:
    """One page, a few lines, no itemised list."""
    full = invoice(look, index, calls=0)
    return replace(full, annex=None, advert=None, chart=None)


def credit_note(look: Look, index: int = 0) -> CreditNote:
    """Gives back the recurring lines of the invoice of the same index."""
    whole = invoice(look, index, calls=0)
    group = whole.groups[0]
    taxes, totals = _totals(group.amount, whole.taxes[0])
    return CreditNote(
        **_head(look, f"CN-2026-{1000 + index}", date(2026, 12, 9), index),
        corrects=whole.number,
        corrects_date=whole.date,
        groups=(group,),
        taxes=taxes,
        totals=totals,
        period=NOVEMBER,
        note=Phrase("note.credit"),
        profile=TaxProfile(),
    )


def receipt(look: Look, index: int = 0) -> Receipt:
    """A transfer that settles one invoice and half of the next."""
    whole = invoice(look, index, calls=0)
    total, half = whole.totals.total, (whole.totals.total / 2).quantize(CENT)
    first = Settled(
        f"INV-2026-{103000 + index}", date(2026, 11, 1), Decimal("172.40"), Decimal("172.40"), Decimal(0)
    )
    second = Settled(whole.number, whole.date, total, half, total - half)
    return Receipt(
        **_head(look, f"R-2026-{5000 + index}", date(2026, 12, 11), index),
        amount=first.paid + half,
        method=Phrase("method.transfer"),
        reference=rf_reference(whole.number),
        received=date(2026, 12, 10),
        settled=(first, second),
        balance=second.open,
        note=Phrase("note.thanks"),
    )


def statement(look: Look, index: int = 0) -> Statement:
    """A quarter: invoices, a payment each, a credit note; what is left is the last invoice."""
    dice = random.Random(index)
    balance, entries = Decimal("0.00"), []
    for month in (9, 10, 11):
        total = Decimal(dice.randrange(15000, 21000)) / 100
        balance += total
        number = f"INV-2026-{100000 + month * 1000 + index}"
        entries.append(Entry(date(2026, month, 1), Phrase("entry.invoice"), number, balance, debit=total))
        if month != 11:
            balance -= total
            paid = date(2026, month, 14)
            entries.append(
                Entry(paid, Phrase("entry.payment"), f"R-2026-{4000 + month}", balance, credit=total)
            )
    credit = Decimal("18.50")
    balance -= credit
    entries.append(
        Entry(
            date(2026, 11, 20), Phrase("entry.credit_note"), f"CN-2026-{900 + index}", balance, credit=credit
        )
    )
    zero = Decimal("0.00")
    return Statement(
        **_head(look, "", date(2026, 12, 1), index),
        period=Span(date(2026, 9, 1), date(2026, 12, 1)),
        opening=zero,
        closing=balance,
        entries=tuple(entries),
        ageing=Ageing(zero, balance, zero, zero, zero),
        slip=_slip(look, f"A{200000 + index}", balance),
    )


def _head(look: Look, number: str, on: date, index: int, state: State = State.ISSUED) -> dict[str, Any]:
    return {
        "state": state,
        "number": number,
        "date": on,
        "locale": look.locale,
        "currency": look.currency,
        "customer": f"A-{200000 + index}",
        "seller": look.seller,
        "buyer": look.buyer,
        "brand": look.brand,
    }


def _calls(dice: random.Random, count: int) -> list[tuple[int, Call]]:
    """(line of the customer, call) in time order per line."""
    made = []
    for at in range(count):
        kind = dice.choices(("national", "mobile", "international"), (6, 3, 1))[0]
        to = {
            "national": f"020 91{dice.randrange(1, 9)} {dice.randrange(1000, 9999)}",
            "mobile": f"+353 20 91{dice.randrange(1, 9)} {dice.randrange(1000, 9999)}",
            "international": f"+44 7700 900{dice.randrange(100, 999)}",
        }[kind]
        day = NOVEMBER.start + timedelta(days=dice.randrange(30))
        made.append((at % 3 // 2, Call(day, dice.randrange(21600, 79200), to, kind, dice.randrange(5, 1900))))
    return sorted(made, key=lambda pair: (pair[0], pair[1].day, pair[1].second))


def _chart(dice: random.Random) -> tuple[Chart, Decimal]:
    """Thirty days of down and up, and how much is above 1,000 GB: a whole number."""
    down = [Decimal(dice.randrange(90, 620)) / 10 for _ in range(30)]
    up = [Decimal(dice.randrange(20, 160)) / 10 for _ in range(30)]
    rest = -sum(down) - sum(up) + max(1010 + dice.randrange(90), int(sum(down) + sum(up)) + 1)
    up[-1] += rest % 25
    up[-1] += -(sum(down, Decimal(0)) + sum(up, Decimal(0))) % 1
    used = sum(down + up, Decimal(0))
    series = (Series(Phrase("chart.download"), tuple(down)), Series(Phrase("chart.upload"), tuple(up)))
    used = used.quantize(Decimal(1))
    chart = Chart(Phrase("chart.data"), "GB", NOVEMBER.start, series, Meter(used, Decimal(1000)))
    return chart, max(used - 1000, Decimal(0))


def _groups(look: Look, calls: list[Call], over: Decimal) -> tuple[Group, ...]:
    words = look.words
    fees = (("fibre", 1, "59.90"), ("address", 2, "4.00"), ("trunk", 1, "18.50"), ("seat", 6, "7.25"))
    recurring = [
        Line(
            words[name],
            count * Decimal(price),
            "std",
            period=NOVEMBER,
            quantity=Decimal(count),
            unit_price=Decimal(price),
        )
        for name, count, price in fees
    ]
    usage = []
    for kind, rate in RATES.items():
        mine = [call for call in calls if call.kind == kind]
        minutes = sum(call.minutes() for call in mine)
        details = Phrase("detail.calls", {"n": str(len(mine)), "minutes": str(minutes)})
        if mine:
            usage.append(
                Line(
                    Phrase(f"usage.{kind}"),
                    rate * minutes,
                    "std",
                    details,
                    NOVEMBER,
                    Decimal(minutes),
                    "min",
                    rate,
                )
            )
    if over:
        price, details = Decimal("0.05"), Phrase("detail.volume", {"amount": str(over), "unit": "GB"})
        usage.append(
            Line(words["above"], (over * price).quantize(CENT), "std", details, NOVEMBER, over, "GB", price)
        )
    share = Decimal("0.633")
    router = Line(
        words["router"],
        Decimal("3.80"),
        "std",
        period=Span(date(2026, 11, 12), date(2026, 12, 1)),
        quantity=share,
        unit_price=Decimal("6.00"),
    )
    discount = Line(
        words["discount"], Decimal("-5.99"), "std", "", NOVEMBER, Decimal(1), "", Decimal("-5.99")
    )
    made = [("recurring", recurring), ("usage", usage), ("one_off", [router, discount])]
    return tuple(
        Group(Phrase(f"group.{key}"), sum((line.amount for line in lines), Decimal(0)), tuple(lines))
        for key, lines in made
        if lines
    )


def _totals(net: Decimal, row: TaxRow) -> tuple[tuple[TaxRow, ...], Totals]:
    tax = (net * row.rate / 100).quantize(CENT)
    return (replace(row, base=net, amount=tax),), Totals(net, tax, net + tax, net + tax)


def _months(dice: random.Random, newest: Decimal) -> tuple[Month, ...]:
    """December to November; the last is this invoice."""
    firsts = [date(2025, 12, 1)] + [date(2026, month, 1) for month in range(1, 12)]
    older = [Month(first, Decimal(dice.randrange(13000, 19500)) / 100) for first in firsts[:-1]]
    return (*older, Month(firsts[-1], newest))


def _itemised(calls: list[tuple[int, Call]]) -> Itemised:
    groups = []
    for line, number in enumerate(NUMBERS):
        mine = [call for at, call in calls if at == line]
        rows = tuple(
            (
                call.day.isoformat(),
                f"{call.second // 3600:02}:{call.second // 60 % 60:02}:{call.second % 60:02}",
                number,
                call.to,
                f"@destination.{call.kind}",
                str(call.duration_s),
                str(call.amount()),
            )
            for call in mine
        )
        if rows:
            total = sum((call.amount() for call in mine), Decimal(0))
            groups.append(ItemisedGroup(number, "", total, rows))
    columns = ("day", "time", "from", "to", "destination", "duration", "amount")
    return Itemised(Phrase("itemised.calls"), columns, tuple(groups))


def _slip(look: Look, number: str, amount: Decimal) -> Slip | None:
    if amount <= 0 or look.currency != "EUR":
        return None
    reference = rf_reference(number)
    transfer = Transfer(
        look.seller.name, "IE29AIBK93115212345678", amount, bic="AIBKIE2D", reference=reference
    )
    return Slip("epc", epc(transfer), look.seller.name, transfer.iban, reference, amount, bic=transfer.bic)
