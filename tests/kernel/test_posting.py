"""Every happening balances."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel import posting
from jetbill.kernel.posting import Entry, Posting
from jetbill.kernel.tax import TaxedLine, TaxPolicy, summary

D = Decimal
amounts = st.integers(1, 10**8).map(lambda n: Decimal(n).scaleb(-2))
products = st.dictionaries(st.sampled_from(["fiber", "voice", "data"]), amounts, min_size=1)


def balance(entry: Entry) -> Decimal:
    return sum((one.amount for one in entry), D(0))


def invoice(nets: dict[str, Decimal], includes_tax: bool = False) -> Entry:
    lines = [TaxedLine(net, "S", D("19.00")) for net in nets.values()]
    totals = summary(lines, TaxPolicy("EUR", includes_tax))
    by_product = dict(zip(nets, totals.nets, strict=True))
    return posting.invoice_issued(by_product, totals)


def test_an_invoice_is_owed_and_earned() -> None:
    assert invoice({"fiber": D("24.00")}) == (
        Posting("receivable", D("28.56")),
        Posting("revenue:fiber", D("-24.00")),
        Posting("tax:S:19", D("-4.56")),
    )


def test_the_rounding_amount_has_an_account() -> None:
    entry = invoice({"a": D("0.99"), "b": D("0.99"), "c": D("0.99")}, includes_tax=True)
    assert Posting("rounding", D("-0.01")) in entry
    assert balance(entry) == 0


def test_revenue_by_product_must_be_the_net_total() -> None:
    totals = summary([TaxedLine(D("24.00"), "S", D(19))], TaxPolicy("EUR"))
    with pytest.raises(ValueError, match=r"not the net total 24\.00"):
        posting.invoice_issued({"fiber": D("23.00")}, totals)


def test_a_credit_note_is_the_invoice_backwards() -> None:
    totals = summary([TaxedLine(D("24.00"), "S", D(19))], TaxPolicy("EUR"))
    note = posting.credit_note_issued({"fiber": D("24.00")}, totals)
    assert note == posting.reversed_entry(posting.invoice_issued({"fiber": D("24.00")}, totals))


def test_money_passes_through_the_customers_credit() -> None:
    assert posting.payment_received(D(10)) == (Posting("bank", D(10)), Posting("customer_credit", D(-10)))
    assert posting.allocated(D(10)) == (Posting("customer_credit", D(10)), Posting("receivable", D(-10)))
    assert posting.account_credited(D(3)) == (Posting("receivable", D(3)), Posting("customer_credit", D(-3)))
    assert posting.adjusted("revenue:fiber", D(-5))[0] == Posting("receivable", D(-5))


def test_what_is_lost_is_written_off_with_its_tax() -> None:
    entry = posting.written_off(D("10.00"), {posting.tax("S", D(19)): D("1.90")})
    assert entry == (
        Posting("bad_debt", D("10.00")),
        Posting("tax:S:19", D("1.90")),
        Posting("receivable", D("-11.90")),
    )


@pytest.mark.parametrize("rate, name", [("19.00", "tax:S:19"), ("5.50", "tax:S:5.5"), ("100", "tax:S:100")])
def test_a_rate_has_one_spelling(rate: str, name: str) -> None:
    assert posting.tax("S", D(rate)) == name


@pytest.mark.parametrize("amount", ["0", "-1.00"])
def test_nothing_cannot_move(amount: str) -> None:
    with pytest.raises(ValueError, match="above 0"):
        posting.payment_received(D(amount))


@given(products, st.booleans())
def test_invoices_balance(nets: dict[str, Decimal], includes_tax: bool) -> None:
    assert balance(invoice(nets, includes_tax)) == 0


@given(amounts, amounts)
def test_each_happening_balances_and_can_be_taken_back(first: Decimal, second: Decimal) -> None:
    done = [
        posting.payment_received(first, posting.CASH),
        posting.allocated(first),
        posting.account_credited(first),
        posting.written_off(first, {posting.tax("S", D(19)): second}),
        posting.adjusted(posting.ROUNDING, first - second),
    ]
    undone = [
        posting.payment_returned(first, posting.CASH),
        posting.allocation_undone(first),
        posting.reversed_entry(done[2]),
    ]
    assert all(balance(entry) == 0 for entry in done + undone)
    for entry, back in zip(done, undone, strict=False):
        assert sorted(map(repr, posting.reversed_entry(entry))) == sorted(map(repr, back))
