"""A matrix: the attributes of a record choose the row, and the row that says most wins."""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.book import ServiceClass
from jetbill.kernel.charge_models import matrix
from jetbill.kernel.charge_models.matrix import Facts, Params, Row

D = Decimal
ZONES = (("home", ("43",)), ("mobile", ("4366", "43660")), ("eu", ("49", "39")))
ROWS = (
    Row(unit_price=D("1.00"), name="anywhere"),
    Row(to="eu", unit_price=D("0.10")),
    Row(from_="home", to="eu", unit_price=D("0.05")),
    Row(from_="home", to="eu", time_class="peak", unit_price=D("0.07"), fixed=D("0.02")),
)
PARAMS = Params(ROWS, ZONES)
facts = st.builds(
    Facts,
    *[st.sampled_from(("", "home", "mobile", "eu"))] * 2,
    st.sampled_from(("voice", "data")),
    st.sampled_from(("out", "in")),
    st.sampled_from(("peak", "rest", "")),
)


@pytest.mark.parametrize(
    "number, zone",
    [
        ("431", "home"),
        ("43", "home"),
        ("43661", "mobile"),
        ("436601", "mobile"),
        ("4", ""),
        ("", ""),
        ("1", ""),
    ],
)
def test_the_longest_prefix_is_the_zone(number: str, zone: str) -> None:
    assert matrix.zone_of(number, PARAMS) == zone


@pytest.mark.parametrize(
    "of, label",
    [
        (Facts("home", "eu", time_class="rest"), "home to eu"),
        (Facts("home", "eu", time_class="peak"), "home to eu, peak"),
        (Facts("mobile", "eu", time_class="peak"), "to eu"),
        (Facts("home", "mobile"), "anywhere"),
        (Facts(), "anywhere"),
    ],
)
def test_the_row_that_says_most_wins(of: Facts, label: str) -> None:
    row = matrix.row_for(of, PARAMS)
    assert row is not None and row.label() == label


def test_where_no_row_fits_there_is_no_price() -> None:
    only = Params((Row(to="eu", unit_price=D(1)),), ZONES)
    assert matrix.row_for(Facts("home", "mobile"), only) is None
    with pytest.raises(ValueError, match="no row of the matrix fits every record"):
        matrix.price(Fraction(1), only)
    assert matrix.price(Fraction(3), PARAMS).amount == 3


@given(facts)
def test_the_order_of_rows_does_not_matter(of: Facts) -> None:
    rows = {matrix.row_for(of, Params(order, ZONES)) for order in permutations(ROWS)}
    assert len(rows) == 1


@given(st.fractions(0, 1000), st.fractions(0, 1000))
def test_splitting_a_record_never_changes_the_price(first: Fraction, rest: Fraction) -> None:
    row = ROWS[-1]
    pieces = matrix.price_of(row, first, True) + matrix.price_of(row, rest, False)
    assert pieces == matrix.price_of(row, first + rest, True)


@pytest.mark.parametrize(
    "rows, zones, words",
    [
        ((), ZONES, "at least one row"),
        ((Row(to="us"),), ZONES, 'row 1 names the zone "us", but there are home, mobile, eu'),
        ((Row(to="us"),), (), "but there are none"),
        ((Row(direction="up"),), (), "row 1: the direction is out or in, not up"),
        ((Row(), Row(unit_price=D(1))), (), 'row 2 and row 1 are both called ""'),
        ((Row(to="eu"), Row(from_="home")), ZONES, "row 2 and row 1 may fit one record"),
        ((Row(service_class=ServiceClass.VOICE), Row(direction="in")), (), "row 2 and row 1 may fit"),
        ((Row(),), (("a", ("43",)), ("b", ("43",))), "the prefix 43 is in the zones a and b"),
        ((Row(),), (("a", ("+43",)),), 'zone a: "\\+43" is not a prefix of digits'),
        ((Row(),), (("a", ()),), 'the zone "a" needs a name and a prefix'),
    ],
)
def test_a_doubtful_matrix_is_refused(rows: Any, zones: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Params(rows, zones)


def test_a_row_that_says_both_decides() -> None:
    both = (Row(to="eu"), Row(from_="home"), Row(from_="home", to="eu"))
    row = matrix.row_for(Facts("home", "eu"), Params(both, ZONES))
    assert row is not None and row.label() == "home to eu"
    assert [each.label() for each in both] == ["to eu", "from home", "home to eu"]


def test_a_label_says_what_a_row_says() -> None:
    row = Row("home", "eu", ServiceClass.VOICE, "out", "peak")
    assert row.label() == "home to eu, voice, out, peak"
