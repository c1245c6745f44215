"""Reports of one network session become usage: what each adds to what was already handed out.

A report tells counters since the session began, so usage is the difference between reports. What a session
used is a function of the *set* of its reports: they may come twice, late and in any order. Example: reports
of 100, 40 (late) and 250 octets hand out 100, 0 and 150.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

DAY_S = 86_400
WRAP = 2**32


class ReportKind(StrEnum):
    """Why a report was sent."""

    START = "start"
    INTERIM = "interim"
    STOP = "stop"


_ORDER = {ReportKind.START: 0, ReportKind.INTERIM: 1, ReportKind.STOP: 2}


@dataclass(frozen=True, slots=True)
class Counters:
    """Seconds and octets; `octets_in` is what the subscriber sent, as the network access server counts."""

    seconds: int = 0
    octets_in: int = 0
    octets_out: int = 0


NOTHING = Counters()


@dataclass(frozen=True, slots=True)
class Report:
    """One report: `at` is when it was true (epoch seconds, delay subtracted); None is what it leaves out."""

    at: int
    kind: ReportKind
    seconds: int | None = None
    octets_in: int | None = None
    octets_out: int | None = None

    def began(self) -> int | None:
        """When its session began by its own words, if it says so."""
        if self.seconds is not None:
            return self.at - self.seconds
        return self.at if self.kind is ReportKind.START else None


@dataclass(frozen=True, slots=True)
class Rules:
    """What a network access server is like. `counter_bits` 32: it sends no gigawords, so a fall is a wrap.

    A report is impossible if a direction grew by more than `octets_per_s` (default 400 Gbit/s) since the
    last one. Two starts within `tolerance_s` are one.
    """

    counter_bits: int = 64
    octets_per_s: int = 50_000_000_000
    tolerance_s: int = 60


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a session id so far.

    `raw` are the counters last seen since `began`; `total` is everything this id used, over all sessions
    that it named in turn; `told` is what was handed out as usage.
    """

    began: int
    at: int
    stopped_at: int | None = None
    raw: Counters = NOTHING
    total: Counters = NOTHING
    told: Counters = NOTHING


@dataclass(frozen=True, slots=True)
class Delta:
    """What a report adds: usage in [started, ended); `reason` is set if it is impossible and adds nothing."""

    started: int
    ended: int
    used: Counters
    reason: str = ""


def needs_history(known: Known | None, reports: Sequence[Report]) -> bool:
    """True if a report is older than what is known: then `take` wants all earlier ones of this session id."""
    return known is not None and any(report.at < known.at for report in reports)


def take(
    known: Known | None, reports: Sequence[Report], rules: Rules, history: Sequence[Report] = ()
) -> tuple[tuple[Delta, ...], Known | None]:
    """One Delta per report, in the order given, and what is known afterwards.

    `history` are all reports taken before, needed where `needs_history` says so. The deltas of a session sum
    to what its reports say, whatever the order; late reports may reveal a wrap, and then add it.
    """
    told = known.told if known else NOTHING
    state = None if history else known
    old = sorted(history, key=_key)
    found: dict[int, Delta] = {}
    latest = None
    for index in sorted(range(len(reports)), key=lambda index: _key(reports[index])):
        report = reports[index]
        while old and _key(old[0]) <= _key(report):
            state = _after(state, old.pop(0), rules)[0]
        state, reason = _after(state, report, rules)
        used = NOTHING if reason or state is None else _beyond(state.total, told)
        told = _sum(told, used)
        found[index] = _delta(report, used, reason)
        latest = latest if reason else index
    for report in old:
        state = _after(state, report, rules)[0]
    if state is None:
        return tuple(found[index] for index in range(len(reports))), known
    if latest is not None and (rest := _beyond(state.total, told)) != NOTHING:
        told = _sum(told, rest)  # a wrap that a late report revealed shows only in the reports after it
        found[latest] = _delta(reports[latest], _sum(found[latest].used, rest))
    return tuple(found[index] for index in range(len(reports))), replace(state, told=told)


def growth(before: Counters, now: Counters, rules: Rules) -> int:
    """By how many octets both counters grew. One that fell has wrapped, or else was reset and began at 0."""
    grown = 0
    for old, new in ((before.octets_in, now.octets_in), (before.octets_out, now.octets_out)):
        fell = WRAP - old if rules.counter_bits == 32 else 0
        grown += new - old if new >= old else new + fell
    return grown


def _key(report: Report) -> tuple[int, ...]:
    """A total order: what is left out comes before 0, for it says something else."""
    told = (report.seconds, report.octets_in, report.octets_out)
    return report.at, _ORDER[report.kind], *(-1 if each is None else each for each in told)


def _delta(report: Report, used: Counters, reason: str = "") -> Delta:
    return Delta(report.at - used.seconds, report.at, used, reason)


def _after(state: Known | None, report: Report, rules: Rules) -> tuple[Known | None, str]:
    """The state after a report that is not older, and why the report is impossible, if so; then as it was."""
    total = state.total if state else NOTHING
    same = state if state is not None and not _is_new(state, report, rules) else None
    if same is not None and same.stopped_at is not None and report.at > same.stopped_at:
        return same, ""  # the first stop holds
    if same is None:
        began = report.began()
        same = Known(report.at if began is None else began, report.at, None, NOTHING, total)
        elapsed = report.seconds
    else:
        elapsed = report.at - same.at
    raw, grown = _grown(same, report, rules)
    if reason := _impossible(grown, elapsed, rules):
        return state, reason
    stopped = same.stopped_at
    if report.kind is ReportKind.STOP and stopped is None:
        stopped = report.at
    return Known(same.began, max(same.at, report.at), stopped, raw, _sum(same.total, grown)), ""


def _is_new(state: Known, report: Report, rules: Rules) -> bool:
    began = report.began()
    if began is None:
        return False
    if state.stopped_at is not None and report.kind is ReportKind.START:
        return began > state.stopped_at
    # interims of one session differ by a second or two in when it began
    return began > state.began + rules.tolerance_s and began >= state.at


def _grown(state: Known, report: Report, rules: Rules) -> tuple[Counters, Counters]:
    """The counters now, and by how much they grew; they never fall."""
    seconds = report.seconds if report.seconds is not None else report.at - state.began
    old = state.raw
    now_in, now_out = report.octets_in, report.octets_out
    if not now_in and not now_out:
        now_in = now_out = None  # some routers clear the counters before the stop
    is_later = report.at > state.at
    raw_in, grown_in = _counted(old.octets_in, now_in, is_later, rules)
    raw_out, grown_out = _counted(old.octets_out, now_out, is_later, rules)
    raw = Counters(max(old.seconds, seconds), raw_in, raw_out)
    return raw, Counters(raw.seconds - old.seconds, grown_in, grown_out)


def _counted(old: int, now: int | None, is_later: bool, rules: Rules) -> tuple[int, int]:
    if now is None:
        return old, 0
    if now >= old:
        return now, now - old
    if rules.counter_bits == 32 and is_later:
        return now, now + WRAP - old
    return old, 0


def _impossible(grown: Counters, elapsed: int | None, rules: Rules) -> str:
    if elapsed is None:
        return ""
    if grown.seconds > elapsed + DAY_S:
        return f"the session time grew by {grown.seconds} s within {elapsed} s"
    for name, octets in (("octets in", grown.octets_in), ("octets out", grown.octets_out)):
        if octets > rules.octets_per_s * max(elapsed, 1):
            return f"the counter of {name} jumped by {octets} within {elapsed} s"
    return ""


def _sum(one: Counters, other: Counters) -> Counters:
    octets_in = one.octets_in + other.octets_in
    return Counters(one.seconds + other.seconds, octets_in, one.octets_out + other.octets_out)


def _beyond(total: Counters, told: Counters) -> Counters:
    """What `total` has more than was told; never less than nothing."""
    return Counters(
        max(0, total.seconds - told.seconds),
        max(0, total.octets_in - told.octets_in),
        max(0, total.octets_out - told.octets_out),
    )
