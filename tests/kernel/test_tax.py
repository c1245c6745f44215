"""Tax as EN 16931 counts it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.tax import Credit, TaxedLine, TaxPolicy, capped, credit_of, payable_after, summary, taxes

D, F = Decimal, Fraction
NET, GROSS = TaxPolicy("EUR"), TaxPolicy("EUR", includes_tax=True)
amounts = st.integers(-(10**6), 10**6).map(lambda n: Decimal(n).scaleb(-2))
rated = st.builds(
    TaxedLine,
    amounts,
    st.just("S"),
    st.sampled_from([D(0), D("5.5"), D(19), D("21.00")]),
    st.sampled_from([(), (D(2),)]),
)
unrated = st.builds(TaxedLine, amounts, st.sampled_from(["Z", "E", "AE"]), st.just(D(0)))
documents = st.lists(rated | unrated, max_size=8)
policies = st.builds(TaxPolicy, st.just("EUR"), st.booleans(), st.booleans())


def lines(*nets: str, rate: str = "19") -> list[TaxedLine]:
    return [TaxedLine(D(net), "S", D(rate)) for net in nets]


def test_the_base_is_the_sum_of_rounded_lines() -> None:
    got = summary([*lines("10.05", "10.05"), TaxedLine(D("5.00"), "E", D(0), reason="schooling")], NET)
    assert [(row.category, row.base, row.tax, row.reason) for row in got.rows] == [
        ("E", D("5.00"), D("0.00"), "schooling"),
        ("S", D("20.10"), D("3.82"), ""),
    ]
    assert (got.net, got.tax, got.gross, got.rounding, got.payable) == (
        D("25.10"),
        D("3.82"),
        D("28.92"),
        D(0),
        D("28.92"),
    )


def test_tax_by_line_is_a_policy() -> None:
    by_line = TaxPolicy("EUR", by_line=True)
    assert summary(lines("0.03", "0.03"), by_line).tax == D("0.02")
    assert summary(lines("0.03", "0.03"), NET).tax == D("0.01")


def test_a_leftover_cent_of_gross_prices_is_the_rounding_amount() -> None:
    got = summary(lines("0.99", "0.99", "0.99"), GROSS)
    assert (got.net, got.tax, got.gross) == (D("2.49"), D("0.47"), D("2.96"))
    assert (got.rounding, got.payable) == (D("0.01"), D("2.97"))
    assert got.nets == (D("0.83"),) * 3


def test_several_taxes_on_one_base_are_each_rounded() -> None:
    rates = [D("8.875"), D("2.125"), D("0.5")]
    assert taxes(D("99.99"), rates, TaxPolicy("USD")) == (D("8.87"), D("2.12"), D("0.50"))
    line = TaxedLine(D("99.99"), "S", rates[0], tuple(rates[1:]))
    assert summary([line], TaxPolicy("USD")).tax == D("11.49")
    gross = summary([TaxedLine(D("111.50"), "S", D(10), (D("1.5"),))], GROSS)
    assert gross.rows[0].taxes == (D("10.00"), D("1.50"))


def test_yen_have_no_cents() -> None:
    assert summary([TaxedLine(D(1005), "S", D(10))], TaxPolicy("JPY")).tax == D(101)


@pytest.mark.parametrize(
    "amount, category, rate, says",
    [
        ("1.00", "Q", "19", "not a tax category"),
        ("1.00", "AE", "19", "has rate 0"),
        ("1.00", "S", "-1", "not negative"),
        ("1.005", "S", "19", "not rounded to EUR"),
    ],
)
def test_lines_that_cannot_be(amount: str, category: str, rate: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        summary([TaxedLine(D(amount), category, D(rate))], NET)


@pytest.mark.parametrize(
    "line, credit", [("200.00", "193.33 48.33 241.66"), ("160.00", "154.67 38.67 193.34")]
)
def test_the_credit_of_unused_days(line: str, credit: str) -> None:
    assert credit_of(D(line), F(29, 30), D(25), NET) == Credit(*map(D, credit.split()))


def test_a_credit_is_capped_with_its_tax() -> None:
    credit = credit_of(D("160.00"), F(29, 30), D(25), NET)
    assert capped(credit, D("193.33"), D(25), NET) == Credit(D("154.66"), D("38.67"), D("193.33"))
    assert capped(credit, D("500.00"), D(25), NET) == credit
    assert capped(credit, D("-3.00"), D(25), NET).total == 0


def test_a_credit_note_is_set_against_an_invoice() -> None:
    assert payable_after(D("10.00"), D("2.00"), D("5.00")) == D("7.00")
    assert payable_after(D("10.00"), D("2.00"), D("15.00")) == D(0)


@given(documents, policies)
def test_net_and_tax_and_rounding_are_what_is_paid(of: list[TaxedLine], policy: TaxPolicy) -> None:
    got = summary(of, policy)
    assert sum(got.nets) == sum(row.base for row in got.rows) == got.net
    assert sum(row.tax for row in got.rows) == got.tax
    assert got.net + got.tax + got.rounding == got.payable == got.gross + got.rounding
    if policy.includes_tax:
        assert got.payable == sum(line.amount for line in of)
    else:
        assert got.rounding == 0


@given(documents, policies)
def test_a_credit_note_of_every_line_takes_the_invoice_back(of: list[TaxedLine], policy: TaxPolicy) -> None:
    back = [TaxedLine(-line.amount, line.category, line.rate, line.more_rates) for line in of]
    assert summary(back, policy).payable == -summary(of, policy).payable
    assert summary(back, policy).tax == -summary(of, policy).tax


@given(documents, policies, st.randoms())
def test_the_order_of_lines_is_irrelevant(of: list[TaxedLine], policy: TaxPolicy, random: object) -> None:
    shuffled = list(of)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert summary(shuffled, policy).rows == summary(of, policy).rows


@given(amounts.filter(lambda amount: amount > 0), st.fractions(0, 1), amounts)
def test_a_credit_is_base_and_tax_and_inside_its_cap(line: Decimal, unused: Fraction, cap: Decimal) -> None:
    credit = capped(credit_of(line, unused, D(19), NET), cap, D(19), NET)
    assert credit.base + credit.tax == credit.total
    assert 0 <= credit.total <= max(cap, D(0))
    assert credit.base >= 0
    assert credit.tax >= 0
