"""A change within a period: credit for the unused time, charge for the rest, and what follows."""

from decimal import Decimal
from typing import Any

from jetbill.kernel import plan_change
from jetbill.kernel.periods import Period, anniversary, duration
from tests.oracles.conventions import EUR, all_from_cents, all_to_cents, from_cents, period, to_cents
from tests.oracles.reading import Given


def answer(given: Given) -> dict[str, Any]:
    if "potential_credit" in given:
        amounts = (given.number(name) for name in ("potential_credit", "paid", "already_credited"))
        return {"credit": plan_change.capped_credit(*amounts)}
    if "prices_cents" in given:
        return _chain(given)
    if "old" in given or "new" in given:
        return _repriced(given)
    if {"matched_cents", "added_cents", "removed_cents", "one_time_cents"} & set(given.fields):
        return _components(given)
    return _settled(given)


def _period(given: Given) -> Period:
    if "period" in given:
        return period(given, "period")
    return anniversary(given.date("period_start"), duration(given.raw("old_period"))).whole(0)


def _split(given: Given) -> plan_change.Split:
    if "terminated_on" in given:
        return plan_change.ended_after(_period(given), given.date("terminated_on"), EUR)
    return plan_change.Split(_period(given), given.date("change_date"), EUR)


def _change(change: plan_change.Change) -> dict[str, Any]:
    return {
        "credit_cents": to_cents(change.credit),
        "charge_cents": to_cents(change.charge),
        "net_cents": to_cents(change.net),
    }


def _chain(given: Given) -> dict[str, Any]:
    whole = _period(given)
    splits = [plan_change.Split(whole, on, EUR) for on in given.dates("change_dates")]
    steps = plan_change.chain(
        splits, all_from_cents(given.raw("prices_cents")), given.number("tax_rate", Decimal(0))
    )
    return {
        "entries_cents": [all_to_cents((-step.change.credit, step.change.charge)) for step in steps],
        "charges_cents": all_to_cents(step.change.charge for step in steps),
        "credits_incl_tax_cents": all_to_cents(step.credit_with_tax for step in steps),
    }


def _repriced(given: Given) -> dict[str, Any]:
    change = plan_change.repriced(
        _split(given), _priced_quantity(given, "old"), _priced_quantity(given, "new")
    )
    return {"credit": change.credit, "charge": change.charge, "net": change.net}


def _priced_quantity(given: Given, side: str) -> tuple[Decimal, Decimal]:
    if side not in given:
        return Decimal(0), Decimal(0)
    inner = given.inner(side)
    return inner.number("qty"), inner.number("unit_price")


def _components(given: Given) -> dict[str, Any]:
    fee = given.number("one_time_cents", None)
    parts = plan_change.ComponentChanges(
        matched=[all_from_cents(pair) for pair in given.raw("matched_cents", [])],
        added=all_from_cents(given.raw("added_cents", [])),
        removed=all_from_cents(given.raw("removed_cents", [])),
        one_time=() if fee is None else (from_cents(fee),),
    )
    lines = plan_change.lines(_split(given), parts)
    totals = plan_change.totals(lines)
    return _change(totals) | {"lines_cents": all_to_cents(lines)}


def _settled(given: Given) -> dict[str, Any]:
    split, old = _split(given), from_cents(given.number("old_price_cents"))
    new = from_cents(given.number("new_price_cents", Decimal(0)))
    given.raw("old_period", None)
    length = given.raw("new_period", None)
    if length is None or anniversary(split.period.start, duration(length)).whole(0) == split.period:
        change = plan_change.changed(split, old, new)
    else:
        change = plan_change.restarted(split, old, new)
    given.choice("mode", {"arrears": True}, None)  # each field of the answer belongs to one mode
    usage = from_cents(given.number("recurring_usage_cents", Decimal(0)))
    settled = plan_change.settled(split, change, old, usage)
    return _change(settled.change) | {
        "usage_cents": to_cents(settled.usage),
        "invoice_total_cents": to_cents(settled.in_advance),
        "terminated_invoice_cents": to_cents(settled.ended),
        "next_invoice_cents": to_cents(settled.begun),
    }
