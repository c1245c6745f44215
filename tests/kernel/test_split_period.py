"""One period's usage billed by several invoices."""

from decimal import Decimal
from fractions import Fraction

from jetbill.kernel.charge_models import blocks, package
from jetbill.kernel.split_period import PlanFee, delta, final_invoice

D, F = Decimal, Fraction


def test_a_package_already_started_is_not_charged_again() -> None:
    of = package.Params(D(10), D(15))

    def price(quantity: Fraction) -> package.Priced:
        return package.price(quantity, of)

    assert delta(price, F(17), F(5)).amount == 15
    assert delta(price, F(17), F(3)).amount == 0
    assert delta(price, F(17), F(3)).parts == ()
    assert delta(lambda q: package.price(q, package.Params(D(100), D(1))), F(1), F(400)).amount == 4


def test_a_band_that_no_longer_prices_the_total_is_given_back() -> None:
    of = blocks.Params(
        (blocks.Band(D(100), 10, D(1)), blocks.Band(D(1000), None, D(1))), blocks.Mode.TOP_BAND
    )
    line = delta(lambda quantity: blocks.price(quantity, of), F(1000), F(1))
    assert [(part.band, part.amount) for part in line.parts] == [(1, -10), (2, 2)]
    assert line.amount == -8


def test_threshold_invoices_are_credited_on_the_final_one() -> None:
    final = final_invoice(PlanFee(D("31.00"), "EUR"), D("400.00"), [D("200.00")])
    assert (final.fees, final.credit, final.total) == (D("431.00"), D("200.00"), D("231.00"))
    part = final_invoice(PlanFee(D("31.00"), "EUR", F(10, 31)), D(0), [])
    assert part.total == D("10.00")
