"""The life of a subscription: which choice held in which slot from when to when, and its pauses.

Several happenings on one day: the last holds, and one that is taken back on its own day never was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from jetbill.kernel.terms import Happening, HappeningKind, PlanChoice, SubscriptionTerms


@dataclass(frozen=True, slots=True)
class Stretch:
    """A slot held `choice` from `start` to `end` (exclusive; None: still), between two kinds of happening."""

    slot: int
    choice: PlanChoice
    start: date
    end: date | None
    began: HappeningKind
    ended: HappeningKind | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """A subscription from its first day; `end` is None while it is in force. Stretches by slot and time."""

    start: date
    end: date | None
    stretches: tuple[Stretch, ...]
    pauses: tuple[tuple[date, date | None], ...] = ()


def life(of: SubscriptionTerms) -> Life | None:
    """What the happenings of a subscription amount to; None if it never began."""
    happenings = of.happenings
    if len(happenings) == 1 and happenings[0].kind is HappeningKind.START:
        first = happenings[0]
        return Life(first.on, None, tuple(_stretches_of_start(first)))
    slots = _Slots({}, [])
    pauses: list[tuple[date, date | None]] = []
    start = end = None
    for each in sorted(happenings, key=lambda each: (each.on, each.sequence)):
        if each.kind is HappeningKind.START:
            start, end = start or each.on, None
        elif each.kind is HappeningKind.END:
            end = each.on
        elif each.kind is HappeningKind.PAUSE:
            _pause(pauses, each.on)
        elif each.kind is HappeningKind.RESUME:
            _resume(pauses, each.on)
        _CHANGES.get(each.kind, _nothing)(slots, each)
    if start is None:
        return None
    stretches = sorted(slots.all(), key=lambda each: (each.slot, each.start))
    return Life(start, end, tuple(stretches), tuple(pauses))


def _stretches_of_start(first: Happening) -> list[Stretch]:
    return [
        Stretch(slot, choice, first.on, None, HappeningKind.START)
        for slot, choice in enumerate(first.choices)
        if choice.quantity
    ]


@dataclass(frozen=True, slots=True)
class _Slots:
    """The running stretch of each slot, and those that are over."""

    running: dict[int, Stretch]
    over: list[Stretch]

    def all(self) -> list[Stretch]:
        return [*self.over, *self.running.values()]

    def put(self, slot: int, choice: PlanChoice | None, by: Happening) -> None:
        """From the day of `by` the slot holds `choice` (None: nothing)."""
        last = self.running.pop(slot, None)
        if last is not None and last.choice == choice:
            self.running[slot] = last
            return
        began = by.kind
        if last is not None and last.start < by.on:
            self.over.append(replace(last, end=by.on, ended=by.kind))
        elif last is not None:
            began = last.began
        if choice is not None and not self._reopened(slot, choice, by.on):
            self.running[slot] = Stretch(slot, choice, by.on, None, began)

    def _reopened(self, slot: int, choice: PlanChoice, on: date) -> bool:
        """Whether the choice that ended on this very day goes on as if nothing had been."""
        for index, last in enumerate(self.over):
            if last.slot == slot and last.choice == choice and last.end == on:
                self.running[slot] = replace(self.over.pop(index), end=None, ended=None)
                return True
        return False


def _start(slots: _Slots, by: Happening) -> None:
    for slot, choice in enumerate(by.choices):
        slots.put(slot, choice if choice.quantity else None, by)


def _plan(slots: _Slots, by: Happening) -> None:
    for slot, choice in enumerate(by.choices, by.slot):
        slots.put(slot, choice if choice.quantity else None, by)


def _fee(slots: _Slots, by: Happening) -> None:
    last = slots.running.get(by.slot)
    if last is not None and by.choices:
        slots.put(by.slot, replace(last.choice, fee=by.choices[0].fee), by)


def _quantity(slots: _Slots, by: Happening) -> None:
    last = slots.running.get(by.slot)
    if last is not None and by.choices:
        quantity = by.choices[0].quantity
        slots.put(by.slot, replace(last.choice, quantity=quantity) if quantity else None, by)


def _end(slots: _Slots, by: Happening) -> None:
    for slot in tuple(slots.running):
        slots.put(slot, None, by)


def _nothing(slots: _Slots, by: Happening) -> None:
    """A pause does not change what a slot holds."""


_CHANGES: dict[HappeningKind, Callable[[_Slots, Happening], None]] = {
    HappeningKind.START: _start,
    HappeningKind.PLAN: _plan,
    HappeningKind.FEE: _fee,
    HappeningKind.QUANTITY: _quantity,
    HappeningKind.END: _end,
}


def _pause(pauses: list[tuple[date, date | None]], on: date) -> None:
    if pauses and pauses[-1][1] == on:
        pauses[-1] = (pauses[-1][0], None)
    elif not pauses or pauses[-1][1] is not None:
        pauses.append((on, None))


def _resume(pauses: list[tuple[date, date | None]], on: date) -> None:
    if pauses and pauses[-1][1] is None:
        since = pauses.pop()[0]
        if since < on:
            pauses.append((since, on))
