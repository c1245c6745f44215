"""A view and its canonical JSON are the same thing, and only one JSON is."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from jetbill.documents import canonical, samples
from jetbill.documents.looks import looks

LOOKS = looks()
MAKERS = (samples.invoice, samples.short, samples.credit_note, samples.receipt, samples.statement)


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("make", MAKERS)
def test_a_view_comes_back_from_its_json(name, make):
    view = make(LOOKS[name])
    data = canonical.encode(view)
    assert canonical.decode(data) == view
    assert canonical.encode(canonical.decode(data)) == data


def test_keys_are_sorted_and_nothing_is_empty_or_a_number():
    data = canonical.encode(samples.invoice(LOOKS["north"]))
    plain = json.loads(data)
    assert json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() == data

    def walk(value):
        assert value not in ("", [], {}, None) and not isinstance(value, int | float)
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(part)

    walk({key: part for key, part in plain.items() if key != "annex"})


@pytest.mark.parametrize("text, plain", [("1E+2", "100"), ("-0.00", "0.00"), ("1.50", "1.50")])
def test_numbers_have_one_form(text, plain):
    assert canonical.number_text(Decimal(text)) == plain


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda plain: plain.update(kind="letter"), "kind: 'letter'"),
        (lambda plain: plain.update(colour="red"), "unknown colour"),
        (lambda plain: plain.pop("totals"), "totals: missing"),
        (lambda plain: plain["totals"].update(net="ten"), r"totals\.net: 'ten' is no Decimal"),
        (lambda plain: plain.update(date="2026-02-30"), r"date: '2026-02-30'"),
        (lambda plain: plain["totals"].update(net=1.5), "numbers are text"),
    ],
)
def test_a_spoilt_view_is_refused_by_field(spoil, message):
    plain = json.loads(canonical.encode(samples.short(LOOKS["north"])))
    spoil(plain)
    with pytest.raises(ValueError, match=message):
        canonical.decode(json.dumps(plain).encode())


def test_issuing_changes_number_dates_and_slip_only():
    from jetbill.documents.view import State, issue

    issued = samples.short(LOOKS["north"])
    draft = replace(issued, state=State.DRAFT, number="", due=None, slip=None)
    assert issue(draft, issued.number, issued.date, issued.due, issued.slip) == issued


@pytest.mark.parametrize("name", LOOKS)
@pytest.mark.parametrize("index", range(5))
def test_samples_reconcile(name, index):
    view = samples.invoice(LOOKS[name], index)
    lines = [line for group in view.groups for line in group.lines]
    assert all(sum(line.amount for line in group.lines) == group.amount for group in view.groups)
    assert sum(line.amount for line in lines) == view.totals.net == view.taxes[0].base
    assert view.totals.net + view.totals.tax == view.totals.total == view.months[-1].amount
    assert sum(sum(series.values) for series in view.chart.series) == view.chart.meter.used
    over = [line.quantity for line in lines if line.unit == "GB"]
    assert sum(over) == max(view.chart.meter.used - view.chart.meter.included, 0)
    calls = [line.amount for line in lines if line.unit == "min"]
    annex = view.annex.lists[0]
    assert sum(calls) == sum(group.amount for group in annex.groups)
    assert all(sum(Decimal(row[-1]) for row in group.rows) == group.amount for group in annex.groups)
