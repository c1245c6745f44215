"""One record by the amount of money that it carries: priced once and whole, by the terms at its start."""

from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import Batch
from jetbill.kernel.rating.calls import Place
from jetbill.kernel.rating.layout import Column, Status, Work
from jetbill.kernel.rating.look_up import (
    change_at,
    change_of,
    charge_in,
    charge_of,
    family_of,
    member_of,
    tenure_of,
)
from jetbill.kernel.rating.machine_code import apart
from jetbill.kernel.rating.pricing import rounded_under
from jetbill.kernel.rating.rows import Row, write

RATED = int(Status.RATED)
TOO_LARGE = int(Status.TOO_LARGE)


@apart
def amount_row(
    records: Batch, books: Column, owned: Column, work: Work, place: Place
) -> tuple[int, int, int]:
    """(status, rows, seconds that have a charge, -1 for none) of a record under one charge by amount."""
    i, segment = place.record, work.out[place.note, at.AT_SEGMENT]
    family = member_of(owned, place.member, at.MEMBER_FAMILY)
    calendar, time_class = family_of(books, family, at.CALENDAR), 0
    if calendar >= 0:
        time_class = change_of(books, change_at(books, calendar, records[at.STARTED_S, i]), at.TIME_CLASS)
    charge = charge_in(books, family, time_class)
    if charge < 0:
        return RATED, place.rows, -1
    carried = records[at.QUANTITY, i]
    if carried > charge_of(books, charge, at.LIMIT):
        return TOO_LARGE, place.rows, -1
    priced = rounded_under(books, charge, price_of(books, charge, carried))
    tenure = tenure_of(owned, segment, member_of(owned, place.member, at.MEMBER_SLOT))
    rate_class = (
        charge_of(books, charge, at.RATE_CLASS) + charge_of(books, charge, at.BY_TIME_CLASS) * time_class
    )
    count = records[at.SOURCE_ROW, i]
    write(work.out, place.rows, Row(i, tenure, charge, rate_class, carried, priced, count))
    return RATED, place.rows + 1, records[at.DURATION_S, i]


@apart
def price_of(books: Column, charge: int, carried: int) -> int:
    """The exact price of what a record carries; one whose amount is free costs nothing."""
    free = charge_of(books, charge, at.FREE_S)
    if free > 0 and carried <= free:
        return 0
    exact = (carried - free) * charge_of(books, charge, at.UNIT_PRICE) + charge_of(books, charge, at.CONNECT)
    return min(max(exact, charge_of(books, charge, at.MINIMUM)), charge_of(books, charge, at.MAXIMUM))
