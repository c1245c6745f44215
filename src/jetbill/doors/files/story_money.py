"""Verbs of a story about money: what is charged and given by hand, what is taken off, what is paid."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from jetbill.doors.files.story_teller import Taken, Tale, Teller, Verb
from jetbill.doors.sentences import sentence
from jetbill.kernel.book import PriceBook
from jetbill.kernel.discounts import credit_days, end_after
from jetbill.kernel.promotions import Promotion, Redeemed, check_redeemable
from jetbill.kernel.story import Pays, Told
from jetbill.kernel.terms import BillDayChange, Discount, OneOff, OneOffKind
from jetbill.kernel.trouble import Refused

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")
_PER_PERIOD = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) per period")


def _one_off(teller: Teller, tale: Tale, kind: OneOffKind, amount: Decimal) -> OneOff:
    fields = tale.fields
    which = teller.subscription(tale, fields["of"]) if "of" in fields else None
    return OneOff(
        teller.number(),
        tale.person.terms.id,
        tale.on,
        fields["for"].text(),
        amount,
        fields["quantity"].decimal() if "quantity" in fields else Decimal(1),
        kind,
        fields["product"].text() if "product" in fields else "",
        fields["tax"].text() if "tax" in fields else "standard",
        which.number if which else None,
    )


def _is_charged(teller: Teller, tale: Tale) -> list[OneOff]:
    return [_one_off(teller, tale, OneOffKind.CHARGE, tale.node.decimal())]


def _is_given(teller: Teller, tale: Tale) -> list[OneOff]:
    return [_one_off(teller, tale, OneOffKind.GOODWILL, -tale.node.decimal(minimum=0))]


def _has_off(teller: Teller, tale: Tale) -> list[OneOff | Discount]:
    text = tale.node.text()
    percent, amount = _PERCENT.fullmatch(text), _PER_PERIOD.fullmatch(text)
    if percent is None and amount is None:
        return _bill_credits(teller, tale)
    fields = tale.fields
    which = teller.subscription(tale, fields["of"]) if "of" in fields else None
    return [
        Discount(
            teller.number(),
            tale.person.terms.id,
            tale.on,
            _end_of(teller, tale, which),
            Decimal(percent[1]) if percent else Decimal(0),
            fields["for"].text(),
            which.number if which else None,
            fields["product"].text() if "product" in fields else "",
            Decimal(amount[1]) if amount else Decimal(0),
            tuple(fields["plans"].texts()) if "plans" in fields else (),
            fields["rank"].integer(minimum=-1000, maximum=1000) if "rank" in fields else 0,
        )
    ]


def _bill_credits(teller: Teller, tale: Tale) -> list[OneOff | Discount]:
    """An amount off the next bills, once or in each of so many `months`."""
    for name in ("until", "plans", "rank"):
        if name in tale.fields:
            raise tale.fields[name].trouble(
                f"an amount off whole bills has no {name}; or write 5.00 per period"
            )
    months = tale.fields["months"].integer(minimum=1, maximum=1_200) if "months" in tale.fields else 1
    one = _one_off(teller, tale, OneOffKind.DISCOUNT, -tale.node.decimal(minimum=0))
    return [*_monthly(teller, tale, one, months)]


def _monthly(teller: Teller, tale: Tale, one: OneOff, months: int) -> list[OneOff]:
    own = [each.began for each in teller.taken.get(tale.person.name, [])]
    days = credit_days(months, tale.on, _bill_day(teller, tale, own))
    return [one, *[dataclasses.replace(one, id=teller.number(), on=day) for day in days[1:]]]


def _end_of(teller: Teller, tale: Tale, which: Taken | None) -> date | None:
    """The first day without: `until`, or after so many `months`."""
    fields = tale.fields
    if "months" in fields:
        own = [which] if which else teller.taken.get(tale.person.name, [])
        return _after(teller, tale, fields["months"].integer(minimum=1, maximum=1_200), own)
    return fields["until"].date() if "until" in fields else None


def _after(teller: Teller, tale: Tale, months: int, of: Sequence[Taken]) -> date:
    began = [each.began for each in of]
    return end_after(months, tale.on, _bill_day(teller, tale, began), began)


def _bill_day(teller: Teller, tale: Tale, began: Sequence[date]) -> int:
    changes = [each.what for each in teller.told if each.person == tale.person.name]
    days = [each for each in changes if isinstance(each, BillDayChange) and each.on <= tale.on]
    day = max(days, key=lambda each: each.on).bill_day if days else tale.person.terms.bill_day
    return day or min(began, default=tale.on).day


def _redeems(teller: Teller, tale: Tale) -> list[OneOff | Discount]:
    code = tale.node.text()
    which = teller.subscription(tale, tale.fields["of"]) if "of" in tale.fields else None
    own = [which] if which else teller.taken.get(tale.person.name, [])
    found = [
        (book, book.promotions[code])
        for book in _holding(teller, tale.on)
        if code in book.promotions and any(each.book == book.code for each in own)
    ]
    if not found or found[0][1].coupon is None:
        raise tale.node.trouble(f'no price book of {tale.person.name} has a coupon "{code}" on {tale.on}')
    book, promotion = found[0]
    fitting = [each for each in own if not promotion.plans or each.plans & set(promotion.plans)]
    if not fitting:
        raise tale.node.trouble(f'{tale.person.name} has nothing that the coupon "{code}" is for')
    _note(teller, tale, book.code, promotion)
    customer, text = tale.person.terms.id, promotion.name
    if promotion.bill_credit:
        amount, kind = -promotion.bill_credit, OneOffKind.DISCOUNT
        one = OneOff(teller.number(), customer, tale.on, text, amount, kind=kind)
        return [*_monthly(teller, tale, one, promotion.months or 1)]
    return [
        Discount(
            teller.number(),
            customer,
            tale.on,
            None if promotion.months is None else _after(teller, tale, promotion.months, fitting),
            promotion.percent,
            text,
            which.number if which else None,
            promotion.product,
            promotion.amount,
            promotion.plans,
            promotion.rank,
        )
    ]


def _holding(teller: Teller, on: date) -> list[PriceBook]:
    """The books that hold on a day for who signs on it, each in its latest version."""
    found: dict[str, PriceBook] = {}
    for each in sorted(teller.books, key=lambda each: (each.effective, each.version)):
        if each.effective <= on:
            found[each.code] = each
    return list(found.values())


def _note(teller: Teller, tale: Tale, book: str, promotion: Promotion) -> None:
    """One more redeemed, if it may be. Raises BadInput."""
    assert promotion.coupon is not None
    before = [each for each in teller.redeemed if each[:2] == (book, promotion.code)]
    his = [each for each in before if each[2] == tale.person.terms.id]
    try:
        check_redeemable(promotion.code, promotion.coupon, Redeemed(len(before), len(his)), tale.on)
    except Refused as refused:
        raise tale.node.trouble(sentence(refused)) from None
    teller.redeemed.append((book, promotion.code, tale.person.terms.id))


def _is_brought_by(teller: Teller, tale: Tale) -> list[OneOff]:
    """Both have something off their next bills; who came counts once."""
    name, came = tale.node.text(), tale.person.name
    if name not in teller.people or name == came:
        raise tale.node.trouble(f"{name} is nobody who could bring {came}")
    referral = next((each.referral for each in _holding(teller, tale.on) if each.referral), None)
    if referral is None:
        raise tale.node.trouble(f"no price book has a referral on {tale.on}")
    if came in teller.brought:
        raise tale.node.trouble(f"{came} was brought before")
    teller.brought.add(came)
    text, off = referral.name, OneOffKind.DISCOUNT
    by, who = teller.people[name].terms.id, tale.person.terms.id
    if referral.referrer:
        earned = OneOff(teller.number(), by, tale.on, text, -referral.referrer, kind=off)
        teller.told.append(Told(tale.known, name, earned))
    return (
        [OneOff(teller.number(), who, tale.on, text, -referral.referred, kind=off)]
        if referral.referred
        else []
    )


def _pays(teller: Teller, tale: Tale) -> list[Pays]:
    return [Pays(tale.on, tale.node.decimal())]


_LINE = ("for", "quantity", "tax", "product", "of")
MONEY: Mapping[str, Verb] = {
    "is charged": Verb(_is_charged, _LINE),
    "is given": Verb(_is_given, _LINE),
    "has off": Verb(_has_off, ("until", "months", "plans", "rank", *_LINE)),
    "redeems": Verb(_redeems, ("of",)),
    "is brought by": Verb(_is_brought_by),
    "pays": Verb(_pays),
}
