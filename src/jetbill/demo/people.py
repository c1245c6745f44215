"""The 500 customers of the demo: who they are, what they took and which logins and numbers are theirs.

Nothing is drawn by chance: everything follows from the customer's place in the list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jetbill.kernel.terms import Happening, HappeningKind, OneOffKind, PlanChoice
from jetbill.stages.customers.values import (
    NewCustomer,
    NewOneOff,
    NewService,
    NewSubscription,
    OpeningBalance,
    PostalAddress,
)

COUNT = 500
MOVED_IN = date(2026, 3, 1)
FIRST = date(2026, 10, 1)
STREETS = (
    "Harbour Road",
    "Mill Lane",
    "Canal Row",
    "Abbey Street",
    "Quay View",
    "Orchard Park",
    "Bridge Street",
)
TOWNS = (("Galway", "H91"), ("Cork", "T12"), ("Limerick", "V94"), ("Sligo", "F91"), ("Dublin", "D02"))
TRADES = ("Bakery", "Dental Practice", "Garage", "Florist", "Bookshop", "Pharmacy", "Brewery", "Guesthouse")
PEOPLE = ("Ann", "Bob")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that uses the network: its identifier in usage, how much (1 to 10), since when."""

    identifier: str
    kind: str
    weight: int
    since: date


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with his subscriptions and lines."""

    place: int
    customer: NewCustomer
    subscriptions: tuple[NewSubscription, ...]
    lines: tuple[Line, ...]


def people(count: int = COUNT) -> list[Person]:
    """The customers of the demo, in order."""
    return [_person(place) for place in range(count)]


def one_offs(those: list[Person]) -> Iterator[NewOneOff]:
    """A few single lines: call-outs, and a goodwill for a bad week."""
    for person in those:
        number = person.customer.number
        if person.place % 40 == 7:
            yield NewOneOff(number, date(2026, 10, 14), "Engineer's visit", Decimal("45.00"), product="SRV")
        if person.place % 60 == 11:
            yield NewOneOff(
                number,
                date(2026, 10, 20),
                "Goodwill for the outage of 12 October",
                Decimal("-5.00"),
                kind=OneOffKind.GOODWILL,
                product="INT",
            )


def balances(those: list[Person]) -> Iterator[OpeningBalance]:
    """What some owe, or have in credit, from before."""
    for person in those:
        if person.place % 25 == 3:
            owed = Decimal(18 + person.place % 31) + Decimal("0.40")
            yield OpeningBalance(person.customer.number, FIRST, owed, "Balance brought forward")
        if person.place % 90 == 5:
            yield OpeningBalance(person.customer.number, FIRST, Decimal("-10.00"), "Credit brought forward")


def happenings(those: list[Person], ids: dict[tuple[str, str], int]) -> Iterator[tuple[int, Happening]]:
    """What changed in October: some went faster, some paused or left; `ids` by (customer, bundle)."""
    for person in those:
        key = (person.customer.number, "fiber")
        if key not in ids or _starts(person.place) > FIRST:
            continue
        if person.place % 45 == 9 and not _is_fast(person.place):
            choice = (PlanChoice("fiber_1000", "monthly"),)
            yield ids[key], Happening(date(2026, 10, 12), HappeningKind.PLAN, choice)
        elif person.place % 70 == 12:
            yield ids[key], Happening(date(2026, 10, 5), HappeningKind.PAUSE)
            yield ids[key], Happening(date(2026, 10, 19), HappeningKind.RESUME)
        elif person.place % 110 == 14:
            yield ids[key], Happening(date(2026, 10, 22), HappeningKind.END)


def voice_number(place: int) -> str:
    """The fixed line of the customer at `place`."""
    return f"35391{700_000 + place}"


def mobile_number(place: int) -> str:
    """The mobile number of the customer at `place`."""
    return f"35387{1_000_000 + place * 7}"


def _person(place: int) -> Person:
    number = f"N-{10_000 + place}"
    lines: list[Line] = []
    taken: list[NewSubscription] = []
    start = _starts(place)
    # What an earlier system billed is never billed again; who began in October was billed by nobody.
    through = FIRST if start < FIRST else None
    if place % 10 != 9:
        taken.append(_fiber(place, number, start, lines, through))
    if place % 10 >= 6:
        login = f"sim-{place:04d}"
        plan = "mobile_l" if place % 3 == 0 else "mobile_s"
        services = (
            NewService("SIM", "data", (login,)),
            NewService("Mobile number", "voice", (mobile_number(place),)),
        )
        lines.append(Line(login, "mobile", 1 + place % 7, start))
        lines.append(Line(mobile_number(place), "voice", 1 + place % 4, start))
        choices = (PlanChoice(plan, "fee"),)
        taken.append(
            NewSubscription(number, "north", "mobile", start, choices, services, billed_through=through)
        )
    if _is_firm(place):
        line = f"35391{800_000 + place}"
        reception = (NewService("Reception", "voice", (line,)),)
        lines.append(Line(line, "voice", 8, start))
        choices = (PlanChoice("voice_business", "fee"),)
        taken.append(
            NewSubscription(
                number, "north", "business_voice", start, choices, reception, billed_through=through
            )
        )
    return Person(place, _customer(place, number), tuple(taken), tuple(lines))


def _fiber(place: int, number: str, start: date, lines: list[Line], through: date | None) -> NewSubscription:
    login = f"fibre-{place:04d}"
    plan = "fiber_1000" if _is_fast(place) else "fiber_500"
    choices = [PlanChoice(plan, "monthly")]
    services = [NewService("Fibre", "data", (login,))]
    lines.append(Line(login, "fiber", 1 + place % 9, start))
    if place % 5 != 4:
        choices.append(PlanChoice("voice", "fee"))
        services.append(NewService("Home line", "voice", (voice_number(place),)))
        lines.append(Line(voice_number(place), "voice", 2 + place % 5, start))
    if place % 20 == 0:
        choices.append(PlanChoice("static_address", "fee", 2))
    return NewSubscription(
        number, "north", "fiber", start, tuple(choices), tuple(services), billed_through=through
    )


def _customer(place: int, number: str) -> NewCustomer:
    town, area = TOWNS[place % len(TOWNS)]
    street = f"{1 + place % 89} {STREETS[place % len(STREETS)]}"
    who = PEOPLE[place % 2]
    trade = TRADES[place % len(TRADES)]
    name = f"{STREETS[place % len(STREETS)].split()[0]} {trade} {1 + place // 8}" if _is_firm(place) else who
    return NewCustomer(
        number=number,
        name=name if _is_firm(place) else f"{who}, {street}",
        currency="EUR",
        email="" if place % 16 == 15 else f"{number.lower()}@customers.example",
        contact=who,
        address=PostalAddress((street,), town, f"{area} X{place % 100:02d}N", "", "IE"),
        is_company=_is_firm(place),
        language="de" if place % 50 == 21 else "en",
        bill_day=1,
        delivery="post" if place % 16 == 15 else "email",
        tax_id="",
        tax_exempt=(("*", "Diplomatic mission"),) if place == 77 else (),
    )


def _starts(place: int) -> date:
    """Most moved in long ago; some began in the middle of October."""
    return date(2026, 10, 2 + place % 27) if place % 12 == 8 else MOVED_IN


def _is_firm(place: int) -> bool:
    return place % 8 == 2


def _is_fast(place: int) -> bool:
    return place % 3 == 1
