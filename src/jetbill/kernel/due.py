"""What a bill run on a target date may bill: how far it reaches, and the pieces of periods on the way.

Example: from 16 July on bill day 16, a run on 16 August bills in advance to 16 September and in arrears
to 16 August.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from jetbill.kernel.book import Alignment, Every, Span, Timing
from jetbill.kernel.periods import Cycle, Period, bill_day, cycle


@dataclass(frozen=True, slots=True)
class Piece:
    """The covered days of one whole aligned period: what is charged, and the days it is a share of."""

    covered: Period
    whole: Period


@dataclass(frozen=True, slots=True)
class Coverage:
    """Service from `start` to `end` (exclusive; None: open) whose periods are those of `cycle`."""

    cycle: Cycle
    start: date
    end: date | None = None

    def first_boundary(self) -> date:
        """The first boundary that is not before the start: there the first period that is not short opens."""
        return self.cycle.at_or_after(self.start)

    def containing(self, on: date) -> Period:
        """The period that holds `on`, opened no earlier than the start; before the start the first period.

        The end of the service does not cut it.
        """
        whole = self.cycle.containing(max(on, self.start))
        return Period(max(whole.start, self.start), whole.end)

    def elapsed_cycles(self, on: date) -> int:
        """How many periods have ended on `on`; a short first one counts."""
        if on < self.start:
            return 0
        return self.cycle.index(on) - self.cycle.index(self.start)

    def pieces(self, span: Period) -> tuple[Piece, ...]:
        """The days of `span` that are covered, period by period, each with its whole aligned period."""
        end = span.end if self.end is None else min(span.end, self.end)
        start = max(span.start, self.start)
        return tiles(self.cycle, Period(start, max(start, end)))


def first_piece(of: Coverage) -> Piece:
    """The first period, or what is covered of it."""
    whole = of.cycle.containing(of.start)
    return of.pieces(whole)[0]


def tiles(of: Cycle, span: Period) -> tuple[Piece, ...]:
    """`span` cut at the boundaries of a cycle."""
    if not span:
        return ()
    found = []
    k = of.index(span.start)
    start = of.boundary(k)
    while start < span.end:
        k += 1
        end = of.boundary(k)
        whole = Period(start, end)
        # Most periods are covered whole: then both are one value, and its share is known without a division.
        is_whole = span.start <= start and end <= span.end
        found.append(Piece(whole if is_whole else whole.cut(span), whole))
        start = end
    return tuple(found)


def billed_until(of: Coverage, timing: Timing, target: date, *, greedy: bool = False) -> date | None:
    """How far a run on `target` may bill (exclusive); None if there is nothing to bill.

    In advance to the first boundary after the target; in arrears to the last one on or before it, greedy
    to the first one on or after it. The end of the service cuts, and is the answer once it is reached.
    """
    if of.end is not None and of.end <= target:
        return of.end
    if timing is Timing.ARREARS and not greedy:
        until = of.cycle.at_or_before(target)
        if until < of.start:
            return None
    elif target < of.start:
        until = of.first_boundary()
    else:
        until = of.cycle.after(target) if timing is Timing.ADVANCE else of.cycle.at_or_after(target)
    return until if of.end is None else min(until, of.end)


def last_bill_date(of: Coverage, timing: Timing, target: date, *, greedy: bool = False) -> date | None:
    """The last boundary that a run on `target` bills up to; None if it reaches none."""
    until = billed_until(of, timing, target, greedy=greedy)
    if until is None or until < of.first_boundary():
        return None
    return of.cycle.at_or_before(until)


def next_bill_date(of: Coverage, timing: Timing, target: date, *, greedy: bool = False) -> date:
    """The boundary after what a run on `target` bills, whether or not the service has ended by then."""
    until = billed_until(of, timing, target, greedy=greedy)
    first = of.first_boundary()
    if until is None:
        return first
    return max(first, of.cycle.after(until))


def due(of: Coverage, timing: Timing, target: date, *, since: date | None = None) -> tuple[Piece, ...]:
    """The pieces that ought to be billed on `target`, oldest first.

    In advance every period whose covered start is on or before the target, in arrears every period that
    ends by then and the last piece of an ended service. Whole periods that end on or before `since` are
    left out.
    """
    until = billed_until(of, timing, target)
    if until is None or until <= of.start or (timing is Timing.ADVANCE and target < of.start):
        return ()
    start = of.start
    if since is not None and since > start:
        start = max(start, of.cycle.at_or_before(since))
    return of.pieces(Period(start, max(start, until)))


def invoice_range(of: Coverage, timing: Timing, on: date) -> Period:
    """The period that the invoice of boundary `on` covers: from it in advance, up to it in arrears.

    Never before the start of the service; the first invoice in advance is dated on the start itself.
    """
    if timing is Timing.ADVANCE:
        return Period(on, of.cycle.after(on))
    previous = of.cycle.at_or_before(on - timedelta(days=1))
    return Period(max(previous, min(of.start, on)), on)


def run_period(of: Coverage, timing: Timing, on: date) -> Period:
    """The period that a run on local day `on` invoices; a period never opens before the service.

    In advance the one that holds `on`, in arrears the one before it. Once the service has an end it is
    the one that holds `on` in either case, up to that end.
    """
    current = of.containing(on)
    if of.end is not None:
        return Period(current.start, max(current.start, min(current.end, of.end)))
    if timing is Timing.ADVANCE:
        return current
    previous = of.cycle.whole(of.cycle.index(on) - 1)
    start = max(previous.start, of.start)
    return Period(start, max(start, previous.end))


def is_invoice_day(of: Coverage, on: date) -> bool:
    """Whether a period of the service has just ended, so that its recurring invoice is of this day."""
    return on > of.start and of.cycle.is_boundary(on)


def invoiced_by(of: Coverage, run_days: Iterable[date]) -> tuple[bool, ...]:
    """Which of the runs on these local days makes a recurring invoice; a second run on a day makes none."""
    done: set[date] = set()
    answers = []
    for day in run_days:
        answers.append(is_invoice_day(of, day) and day not in done)
        done.add(day)
    return tuple(answers)


@dataclass(frozen=True, slots=True)
class BillDays:
    """A customer's intended bill day (0: anniversary) and its changes (first day, new day) in order."""

    day: int
    changes: Sequence[tuple[date, int]] = ()


def coverages(span: Coverage, days: BillDays, alignment: Alignment, every: Every) -> tuple[Coverage, ...]:
    """Service cut where the bill day changes; the cycle of `span` holds until the first change.

    The old alignment ends on the day of the change. A short period runs from there to the first boundary
    of the new day, as a share of the whole new period: 5 to 10 May is 5 of 30 days.
    """
    if alignment is not Alignment.BILL_DAY or every.span is not Span.MONTH:
        return (span,)
    found = [span]
    for on, chosen in days.changes:
        last, day = found[-1], chosen or span.start.day
        if on <= last.start:
            found[-1] = replace(last, cycle=bill_day(last.start, day, every))
        elif last.end is None or on < last.end:
            found[-1] = replace(last, end=on)
            found.append(Coverage(bill_day(on, day, every), on, last.end))
    return tuple(found)


def service(
    start: date, end: date | None, days: BillDays, fee: tuple[Alignment, Every]
) -> tuple[Coverage, ...]:
    """The coverages of a fee (its alignment and period) that a customer with these bill days has."""
    alignment, every = fee
    return coverages(Coverage(cycle(alignment, start, days.day, every), start, end), days, alignment, every)
