"""The small phrases of a price book: `monthly in arrears`, `100 GB`, `0.10 per GB`, `mon-fri 08:00-18:00`.

Each reader takes text and raises ValueError with one sentence; each writer gives the canonical phrase, so
that reading what was written gives the same value.
"""

import re
from datetime import time
from decimal import Decimal

from jetbill.kernel.book import Alignment, Every, Phase, Span, TimeWindow, Timing
from jetbill.kernel.units import Unit, unit

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NUMBER = r"-?[0-9]{1,15}(?:\.[0-9]{1,12})?"

_EVERY = {
    "daily": Every(1, Span.DAY),
    "weekly": Every(1, Span.WEEK),
    "monthly": Every(1, Span.MONTH),
    "quarterly": Every(3, Span.MONTH),
    "yearly": Every(12, Span.MONTH),
    "once": None,
}
_COUNTED = re.compile(r"every ([1-9][0-9]{0,3}) (day|week|month|year)s?")
_TIMINGS = {"in advance": Timing.ADVANCE, "in arrears": Timing.ARREARS}
_ALIGNMENTS = {"from the start day": Alignment.ANNIVERSARY, "by the calendar": Alignment.CALENDAR}
_FEE = re.compile(
    rf"({NUMBER}) ([a-z]+|every [0-9]+ [a-z]+)"
    rf"(?: ({'|'.join(_TIMINGS)}))?(?: ({'|'.join(_ALIGNMENTS)}))?"
)
_PHASE = re.compile(rf"(free|{NUMBER}) for ([1-9][0-9]{{0,3}}) (day|week|month|year)s?")
_AMOUNT = re.compile(rf"({NUMBER}) ?([A-Za-z]+)")
_PRICE = re.compile(rf"({NUMBER}) per ([A-Za-z]+)")
_WINDOW = re.compile(r"((?:[a-z-]+,)*[a-z-]+)(?: ([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2}))?")


def every(text: str) -> Every | None:
    """`monthly`, `every 3 months`, `every 30 days`; `once` is None."""
    if text in _EVERY:
        return _EVERY[text]
    found = _COUNTED.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a period such as monthly, yearly, every 30 days or once')
    count, span = int(found[1]), found[2]
    return Every(count * 12, Span.MONTH) if span == "year" else Every(count, Span(span))


def every_text(value: Every | None) -> str:
    """The canonical phrase of a period."""
    for text, known in _EVERY.items():
        if known == value:
            return text
    assert value is not None
    return f"every {value.count} {value.span}{'s' if value.count > 1 else ''}"


def fee(text: str) -> dict[str, object]:
    """`31.00 monthly in arrears by the calendar` as fields of a fee: price, every, timing, alignment."""
    found = _FEE.fullmatch(text)
    if not found:
        raise ValueError(
            f'"{text}" is not a fee such as 31.00 monthly, 10.00 yearly in arrears or 49.00 once'
        )
    fields: dict[str, object] = {"price": Decimal(found[1]), "every": every(found[2])}
    if found[3]:
        fields["timing"] = _TIMINGS[found[3]]
    if found[4]:
        fields["alignment"] = _ALIGNMENTS[found[4]]
    return fields


def phase(text: str) -> Phase:
    """`free for 13 days`, `9.90 for 3 months`."""
    found = _PHASE.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a phase such as free for 13 days or 9.90 for 3 months')
    price = Decimal(0) if found[1] == "free" else Decimal(found[1])
    lasts = every(f"every {found[2]} {found[3]}")
    assert lasts is not None
    return Phase(price, lasts)


def phase_text(value: Phase) -> str:
    """The canonical phrase of a phase."""
    count, span = value.lasts.count, value.lasts.span
    price = "free" if value.price == 0 else f"{value.price:f}"
    return f"{price} for {count} {span}{'s' if count > 1 else ''}"


def amount(text: str) -> tuple[Decimal, Unit]:
    """`100 GB` as a number and its unit."""
    found = _AMOUNT.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a quantity with its unit, such as 100 GB or 500 min')
    return Decimal(found[1]), unit(found[2])


def price(text: str) -> tuple[Decimal, Unit]:
    """`0.10 per GB` as a price and the unit it is for."""
    found = _PRICE.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a price for a unit, such as 0.10 per GB')
    return Decimal(found[1]), unit(found[2])


def window(text: str) -> TimeWindow:
    """`mon-fri 08:00-18:00`, `sat,sun`, `holidays`: days, then local wall time; none is the whole day."""
    found = _WINDOW.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a window such as mon-fri 08:00-18:00, sat,sun or holidays')
    days = found[1].split(",")
    on_holidays = "holidays" in days
    weekdays = frozenset(day for part in days if part != "holidays" for day in _weekdays(part))
    if found[2] is None:
        return TimeWindow(weekdays, time(0), None, on_holidays)
    start = _wall(found[2], found[3])
    end = None if (found[4], found[5]) == ("24", "00") else _wall(found[4], found[5])
    if end is not None and end <= start:
        raise ValueError(f'"{text}" ends before it starts; a window over midnight is written as two')
    return TimeWindow(weekdays, start, end, on_holidays)


def window_text(value: TimeWindow) -> str:
    """The canonical phrase of a window."""
    days = [WEEKDAYS[day] for day in sorted(value.weekdays)] + (["holidays"] if value.on_holidays else [])
    if value.weekdays == frozenset(range(7)):
        days[:7] = ["mon-sun"]
    elif value.weekdays == frozenset(range(5)):
        days[:5] = ["mon-fri"]
    joined = ",".join(days)
    if value.start == time(0) and value.end is None:
        return joined
    end = "24:00" if value.end is None else value.end.strftime("%H:%M")
    return f"{joined} {value.start.strftime('%H:%M')}-{end}"


def _weekdays(part: str) -> list[int]:
    names = part.split("-")
    if len(names) > 2 or not all(name in WEEKDAYS for name in names):
        raise ValueError(f'"{part}" is not a day such as mon or mon-fri (or holidays)')
    first, last = WEEKDAYS.index(names[0]), WEEKDAYS.index(names[-1])
    # sat-mon runs over the end of the week
    return [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]


def _wall(hour: str, minute: str) -> time:
    if int(hour) > 23 or int(minute) > 59:
        raise ValueError(f"{hour}:{minute} is not a time of the day")
    return time(int(hour), int(minute))
