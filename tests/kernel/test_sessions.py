"""Sessions become usage by deltas: nothing is counted twice or lost, in whatever order reports arrive."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jetbill.kernel.sessions import (
    NOTHING,
    WRAP,
    Counters,
    Known,
    Report,
    ReportKind,
    Rules,
    growth,
    needs_history,
    take,
)

T0 = 1_767_225_600
WIDE, NARROW = Rules(), Rules(counter_bits=32)
START, INTERIM, STOP = ReportKind.START, ReportKind.INTERIM, ReportKind.STOP


def told(*reports: Report, rules: Rules = WIDE) -> list[Counters]:
    deltas, _ = take(None, reports, rules)
    return [delta.used for delta in deltas]


def report(after: int, sent: int | None, kind: ReportKind = INTERIM) -> Report:
    return Report(T0 + after, kind, after, sent, None if sent is None else 2 * sent)


def test_usage_is_the_difference_between_reports() -> None:
    deltas, known = take(None, [report(0, 0, START), report(600, 100), report(900, 250, STOP)], WIDE)
    assert [each.used for each in deltas] == [NOTHING, Counters(600, 100, 200), Counters(300, 150, 300)]
    assert [(each.started - T0, each.ended - T0) for each in deltas] == [(0, 0), (0, 600), (600, 900)]
    assert known is not None and known.stopped_at == T0 + 900


def test_a_session_whose_start_was_not_seen_began_a_session_time_ago() -> None:
    (delta,), known = take(None, [report(600, 100)], WIDE)
    assert (delta.started, delta.ended) == (T0, T0 + 600)
    assert known is not None and known.began == T0 and known.stopped_at is None


def test_late_and_repeated_reports_add_nothing() -> None:
    assert told(report(600, 100), report(600, 100))[1] == NOTHING
    _, known = take(None, [report(900, 250)], WIDE)
    assert needs_history(known, [report(600, 100)])
    (late,), after = take(known, [report(600, 100)], WIDE, history=[report(900, 250)])
    assert late.used == NOTHING and late.reason == ""
    assert after == known


@pytest.mark.parametrize("sent", [None, 0])
def test_a_stop_without_counters_keeps_the_last_known(sent: int | None) -> None:
    for rules in (WIDE, NARROW):
        used = told(report(600, 100), Report(T0 + 700, STOP, 700, sent, sent), rules=rules)
        assert used[1] == Counters(100, 0, 0)


def test_a_narrow_counter_that_falls_has_wrapped_once() -> None:
    before, after = report(600, WRAP - 300), report(900, 500)
    used = told(
        Report(before.at, INTERIM, 600, WRAP - 300, 0),
        Report(after.at, STOP, 900, 500, 0),
        rules=NARROW,
    )
    assert [each.octets_in for each in used] == [WRAP - 300, 800]
    assert told(before, after)[1].octets_in == 0, "with gigawords a counter never falls"


def test_a_late_report_reveals_a_wrap() -> None:
    first, middle, last = (
        Report(T0 + at, INTERIM, at, sent) for at, sent in ((100, 3_000), (200, 1_000), (300, 3_500))
    )
    _, known = take(None, [first, last], NARROW)
    assert known is not None and known.told.octets_in == 3_500
    (late,), known = take(known, [middle], NARROW, history=[first, last])
    assert late.used.octets_in == WRAP
    assert known is not None and known.told.octets_in == 3_500 + WRAP


def test_a_session_id_used_again_is_a_new_session() -> None:
    second = Report(T0 + 1000, START), Report(T0 + 1060, STOP, 60, 40, 80)
    assert [each.octets_in for each in told(report(900, 250, STOP), *second)] == [250, 0, 40]


def test_counters_and_session_time_that_begin_again_are_a_new_session() -> None:
    again = Report(T0 + 2000, INTERIM, 500, 30, 60)
    assert told(report(900, 250), again)[1] == Counters(500, 30, 60)


def test_after_the_first_stop_nothing_is_added() -> None:
    assert told(report(900, 250, STOP), report(1200, 300))[1] == NOTHING


def test_a_counter_that_jumps_is_impossible_and_changes_nothing() -> None:
    jump = report(610, 10**15)
    deltas, known = take(None, [report(600, 100), jump, report(900, 250)], WIDE)
    assert deltas[1].used == NOTHING
    assert deltas[1].reason == f"the counter of octets in jumped by {10**15 - 100} within 10 s"
    assert deltas[2].used.octets_in == 150
    assert known is not None and known.total.octets_in == 250


def test_a_session_time_that_jumps_is_impossible() -> None:
    deltas, _ = take(None, [report(600, 100), Report(T0 + 900, INTERIM, 10**9, 200, 400)], WIDE)
    assert "session time grew" in deltas[1].reason


def test_seconds_pass_by_the_clock_where_a_report_does_not_tell_them() -> None:
    used = told(Report(T0, START), Report(T0 + 300, INTERIM, None, 5, 5), Report(T0 + 500, STOP, None, 9, 9))
    assert [each.seconds for each in used] == [0, 300, 200]


STEP = st.tuples(st.integers(60, 3600), st.integers(0, WRAP - 1), st.integers(0, WRAP - 1))


@st.composite
def sessions(draw: st.DrawFn) -> list[Report]:
    """A session as a healthy router tells it, with 64-bit counters."""
    reports, at, octets_in, octets_out = [Report(T0, START, 0, 0, 0)], 0, 1, 1
    for pause, more_in, more_out in draw(st.lists(STEP, min_size=1, max_size=12)):
        at, octets_in, octets_out = at + pause, octets_in + more_in, octets_out + more_out
        reports.append(Report(T0 + at, INTERIM, at, octets_in, octets_out))
    last = reports[-1]
    return [*reports[:-1], Report(last.at, STOP, last.seconds, last.octets_in, last.octets_out)]


def narrow(reports: Sequence[Report]) -> list[Report]:
    """The same session told by a router that sends no gigawords."""
    return [
        Report(each.at, each.kind, each.seconds, (each.octets_in or 0) % WRAP, (each.octets_out or 0) % WRAP)
        for each in reports
    ]


def in_batches(batches: Sequence[Sequence[Report]], rules: Rules) -> tuple[Counters, Known | None]:
    """The sum handed out when reports arrive batch by batch, as a stage would ask for it."""
    known: Known | None = None
    history: list[Report] = []
    sums = [0, 0, 0]
    for batch in batches:
        deltas, known = take(known, batch, rules, history if needs_history(known, batch) else ())
        history += batch
        assert not any(each.reason for each in deltas)
        for each in deltas:
            used = each.used
            sums = [a + b for a, b in zip(sums, (used.seconds, used.octets_in, used.octets_out), strict=True)]
    return Counters(*sums), known


@given(sessions(), st.data())
def test_any_order_any_batches_any_repeats_give_the_last_counters(
    reports: list[Report], data: st.DataObject
) -> None:
    last = reports[-1]
    expected = Counters(last.seconds or 0, last.octets_in or 0, last.octets_out or 0)
    for told_reports, rules in ((reports, WIDE), (narrow(reports), NARROW)):
        again = data.draw(st.lists(st.sampled_from(told_reports), max_size=6))
        shuffled = data.draw(st.permutations(told_reports + again))
        cuts = sorted(data.draw(st.sets(st.integers(0, len(shuffled)), max_size=4)))
        edges = [0, *cuts, len(shuffled)]
        batches = [shuffled[a:b] for a, b in pairwise(edges) if a < b]
        total, known = in_batches(batches, rules)
        if any(octets == 0 for each in told_reports[1:] for octets in (each.octets_in, each.octets_out)):
            continue  # a counter of exactly 0 may mean "cleared"; one chance in four thousand million
        assert total == expected
        assert known is not None and known.told == expected and known.stopped_at == last.at


ANY = st.builds(
    Report,
    st.integers(T0, T0 + 5000),
    st.sampled_from(ReportKind),
    st.none() | st.integers(0, 3000),
    st.none() | st.integers(0, WRAP - 1),
    st.none() | st.integers(0, WRAP - 1),
)


@given(st.lists(ANY, max_size=10), st.sampled_from([WIDE, NARROW]), st.data())
def test_the_order_inside_a_batch_does_not_matter(
    reports: list[Report], rules: Rules, data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(reports))))
    straight, known = take(None, reports, rules)
    shuffled, known_shuffled = take(None, [reports[index] for index in order], rules)
    assert known == known_shuffled
    assert sorted(map(repr, straight)) == sorted(map(repr, shuffled))


def test_a_report_that_leaves_its_seconds_out_is_not_one_of_no_seconds() -> None:
    start, silent = Report(T0, ReportKind.START), Report(T0 + 61, ReportKind.INTERIM)
    fresh = Report(T0 + 61, ReportKind.INTERIM, seconds=0)
    assert take(None, [start, silent, fresh], WIDE)[1] == take(None, [start, fresh, silent], WIDE)[1]


@given(st.lists(st.lists(ANY, min_size=1, max_size=4), max_size=5), st.sampled_from([WIDE, NARROW]))
def test_whatever_arrives_usage_never_falls_and_adds_up(batches: list[list[Report]], rules: Rules) -> None:
    known: Known | None = None
    history: list[Report] = []
    octets = seconds = 0
    for batch in batches:
        deltas, known = take(known, batch, rules, history if needs_history(known, batch) else ())
        history += [each for each, delta in zip(batch, deltas, strict=True) if not delta.reason]
        for each in deltas:
            assert min(each.used.seconds, each.used.octets_in, each.used.octets_out) >= 0
            assert each.ended - each.started == each.used.seconds
        octets += sum(each.used.octets_in for each in deltas)
        seconds += sum(each.used.seconds for each in deltas)
        if known is not None:
            assert (known.told.octets_in, known.told.seconds) == (octets, seconds)


@pytest.mark.parametrize(
    "before, now, bits, octets",
    [
        ((10, 20), (15, 27), 64, 12),
        ((10, 20), (4, 27), 64, 11),  # reset: 4 since then
        ((2**32 - 10, 20), (4, 27), 32, 21),  # wrapped: 14
    ],
)
def test_a_counter_that_fell_wrapped_or_was_reset(
    before: tuple[int, int], now: tuple[int, int], bits: int, octets: int
) -> None:
    assert growth(Counters(0, *before), Counters(0, *now), Rules(bits)) == octets
