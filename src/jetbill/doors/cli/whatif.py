"""`jet book whatif`: what a month would have cost everybody by a draft, before anybody is billed by it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from jetbill.doors.cli.given import named_book
from jetbill.doors.cli.output import IN_PART, output_option, print_rows
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.kernel.money import exponent, rounded
from jetbill.kernel.proposal import Problem
from jetbill.kernel.proposal.comparing import Compared
from jetbill.stages.billing.whatif import Answer, answers_by, names_of

MONTH = click.DateTime(["%Y-%m"])


@dataclass(frozen=True, slots=True)
class _Told:
    """One line with whose it is."""

    customer: str
    name: str
    currency: str
    line: Compared

    def charge(self) -> str:
        """What is charged, by name and class."""
        return f"{self.line.name} {self.line.rate_class}".strip()


@dataclass(frozen=True, slots=True)
class _Row:
    """Sums of lines that go by one key."""

    key: tuple[str, ...]
    currency: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before

    def cells(self) -> tuple[object, ...]:
        """The row as it is printed."""
        amounts = (self.before, self.after, self.difference)
        return (*self.key, self.currency, *(rounded(each, exponent(self.currency)) for each in amounts))


_BY: dict[str, tuple[tuple[str, ...], Callable[[_Told], tuple[str, ...]]]] = {
    "charge": (("charge",), lambda each: (each.charge(),)),
    "customer": (("customer", "name"), lambda each: (each.customer, each.name)),
    "line": (("customer", "name", "charge"), lambda each: (each.customer, each.name, each.charge())),
}


@click.command()
@click.argument("draft")
@click.option("--usage-of", "month", required=True, type=MONTH, help="Whose fees and usage: 2026-10.")
@click.option("--by", type=click.Choice(list(_BY)), default="charge", show_default=True)
@click.option("--all", "is_all", is_flag=True, help="Also what stays the same.")
@realm_option
@output_option
def whatif(draft: str, month: datetime, by: str, realm: str, **how: Any) -> int:
    """Compare what a month costs by DRAFT with what it costs now. Nothing is written.

    DRAFT is a file, or CODE for the newest version, or CODE@NUMBER. It is taken to hold for everybody from
    the first day of the month. Compared are fees and usage of all periods that begin in the month, as on the
    lines of bills. Exit code 3: somebody cannot be billed by DRAFT.
    """
    value = named_book(draft, realm)
    with working_in(realm, is_kept=False):
        answers = list(answers_by(value, month.date()))
        names = names_of([each.customer for each in answers])
    columns, key = _BY[by]
    told = [each for answer in answers for each in _lines(answer, names)]
    rows = [row for row in _rows(told, key) if how["is_all"] or row.difference]
    print_rows(
        (*columns, "currency", "now", "draft", "difference"), [row.cells() for row in rows], how["output"]
    )
    return _summary(answers, told, names)


def _lines(answer: Answer, names: dict[int, tuple[str, str]]) -> Iterator[_Told]:
    if not isinstance(answer.lines, Problem):
        for line in answer.lines:
            yield _Told(*names[answer.customer], answer.currency, line)


def _rows(told: Iterable[_Told], key: Callable[[_Told], tuple[str, ...]]) -> list[_Row]:
    """One row per key and currency, the largest difference first."""
    sums: dict[tuple[str, ...], list[Decimal]] = {}
    for each in told:
        row = sums.setdefault((*key(each), each.currency), [Decimal(0), Decimal(0)])
        row[0] += each.line.before
        row[1] += each.line.after
    found = [_Row(of[:-1], of[-1], before, after) for of, (before, after) in sums.items()]
    return sorted(found, key=lambda row: (-abs(row.difference), row.key))


def _summary(answers: list[Answer], told: list[_Told], names: dict[int, tuple[str, str]]) -> int:
    """In all, per currency; and who cannot be billed, with the reason. The exit code."""
    for row in _rows(told, lambda _: ()):
        currency, now, then, difference = row.cells()
        click.echo(f"In all {now} {currency} now, {then} by the draft: {difference} {currency}.", err=True)
    changed = {each.customer for each in told if each.line.after != each.line.before}
    click.echo(f"{len(changed)} of {len(answers)} customers would be charged otherwise.", err=True)
    problems = [each for each in answers if isinstance(each.lines, Problem)]
    for each in problems[:10]:
        assert isinstance(each.lines, Problem)
        click.echo(f"{names[each.customer][0]} cannot be billed: {each.lines.told}", err=True)
    if len(problems) > 10:
        click.echo(f"In all {len(problems)} customers cannot be billed.", err=True)
    return IN_PART if problems else 0
