"""What a story expects of a bill, and where the bill says something else, one sentence each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jetbill.kernel.proposal import Bill, Outcome, words
from jetbill.kernel.story.tell import Chapter

TOTALS = ("net", "tax", "rounding", "total", "balance")


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    """The text and amount of a line; the days only where the story gives them."""

    text: str
    amount: Decimal
    days: tuple[date, date] | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """The bill of one person on one day: `word` is nothing, carried or parked where there is no document.

    `totals` holds those of TOTALS that are given, and "tax 19" for the tax at 19 %.
    """

    on: date
    person: str
    lines: tuple[ExpectedLine, ...] = ()
    totals: Mapping[str, Decimal] | None = None
    word: str = ""


def differences(expected: Expected, chapter: Chapter) -> list[str]:
    """What is not as expected; empty if all is well."""
    word = word_of(chapter)
    if word or expected.word:
        return (
            [] if word == expected.word else [f"expected {expected.word or 'a bill'}, got {word or 'a bill'}"]
        )
    assert isinstance(chapter.answer, Bill)
    found = _line_differences(expected.lines, chapter.answer)
    totals = totals_of(chapter)
    for name, amount in (expected.totals or {}).items():
        if totals.get(name, Decimal(0)) != amount:
            found.append(f"{name}: expected {amount}, got {totals.get(name, Decimal(0))}")
    return found


def word_of(chapter: Chapter) -> str:
    """One word for a run that made no document."""
    if not isinstance(chapter.answer, Bill):
        return "parked"
    words_of = {Outcome.NOTHING: "nothing", Outcome.CARRIED: "carried"}
    return words_of.get(chapter.answer.outcome, "")


def totals_of(chapter: Chapter) -> dict[str, Decimal]:
    """The totals of a bill by the names that stories use."""
    assert isinstance(chapter.answer, Bill)
    tax = chapter.answer.tax
    named = (tax.net, tax.tax, tax.rounding, tax.payable, chapter.balance)
    found = dict(zip(TOTALS, named, strict=True))
    for row in tax.rows:
        name = f"tax {row.rate.normalize():f}"
        found[name] = found.get(name, Decimal(0)) + row.tax
    return found


def _line_differences(expected: tuple[ExpectedLine, ...], bill: Bill) -> list[str]:
    found = []
    for number in range(max(len(expected), len(bill.lines))):
        if number >= len(bill.lines):
            found.append(f"line {number + 1}: expected {_told(expected[number])}, got none")
            continue
        line = bill.lines[number]
        got = ExpectedLine(words(line), line.amount, (line.start, line.end))
        if number >= len(expected):
            found.append(f"line {number + 1}: expected none, got {_told(got)}")
        elif not _agrees(expected[number], got):
            found.append(f"line {number + 1}: expected {_told(expected[number])}, got {_told(got)}")
    return found


def _agrees(expected: ExpectedLine, got: ExpectedLine) -> bool:
    same = (expected.text, expected.amount) == (got.text, got.amount)
    return same and expected.days in (None, got.days)


def _told(line: ExpectedLine) -> str:
    days = f" from {line.days[0]} to {line.days[1]}" if line.days else ""
    return f'"{line.text}" {line.amount}{days}'
