"""`jet simulate STORY`: tells a story file, shows every bill, and says where it is not as expected."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import click

from jetbill.doors.cli.output import print_rows
from jetbill.doors.files.story import StoryFile, read_story
from jetbill.kernel.proposal import Bill, NewLine, words
from jetbill.kernel.proposal.wording import amount_of
from jetbill.kernel.story import Chapter, Ending, tell
from jetbill.kernel.story.expected import differences, totals_of, word_of

COLUMNS = ("", "from", "to", "quantity", "price", "amount")
ONE_DAY = timedelta(days=1)


@click.command()
@click.argument("story", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print.",
)
def simulate(story: Path, output: str) -> int:
    """Run the timeline of STORY (YAML) without a database and show every invoice and credit note.

    If the story says which bills it expects, they are compared: exit code 1 if any differs.
    """
    file = read_story(story)
    ending = tell(file.story)
    wrong = list(compared(file, ending))
    if output == "json":
        balances = {name: str(amount) for name, amount in ending.balances.items()}
        bills = [_plain(chapter) for chapter in ending.chapters]
        click.echo(
            json.dumps(
                {"bills": bills, "balances": balances, "differences": wrong}, indent=2, ensure_ascii=False
            )
        )
    else:
        for chapter in ending.chapters:
            _show(chapter)
        for sentence in _unrated(ending):
            click.echo(sentence)
        for name, amount in ending.balances.items():
            click.echo(f"In the end {name} {'owes' if amount >= 0 else 'has to the good'} {abs(amount)}.")
    for sentence in wrong:
        click.echo(sentence, err=True)
    return 1 if wrong else 0


def compared(file: StoryFile, ending: Ending) -> Iterator[str]:
    """Every way in which bills are not as the story expects, with file and line."""
    chapters = {(each.on, each.person): each for each in ending.chapters}
    days = {each.on for each, _ in file.expected}
    named = {(each.on, each.person) for each, _ in file.expected}
    for expected, node in file.expected:
        for sentence in differences(expected, chapters[expected.on, expected.person]):
            yield f"{node.file}:{node.line}: {expected.on} {expected.person}: {sentence}"
    for (on, person), chapter in chapters.items():
        if on in days and (on, person) not in named and not word_of(chapter):
            yield f"{file.expected[0][1].file}: {on} {person}: a bill that the story does not expect"


def _show(chapter: Chapter) -> None:
    answer = chapter.answer
    heading = f"{chapter.on}  {chapter.person}"
    if not isinstance(answer, Bill):
        click.echo(f"{heading}  parked: {answer.told}\n")
        return
    word = word_of(chapter)
    if word:
        click.echo(f"{heading}  {word}\n")
        return
    kind = answer.outcome.value.replace("_", " ")
    print_rows(COLUMNS, _rows(chapter, answer), "table", f"{heading}  {kind} {chapter.number}")
    click.echo()


def _unrated(ending: Ending) -> list[str]:
    """What the last run still had no price for."""
    last = {chapter.person: chapter for chapter in ending.chapters}
    return [
        f"No price: {name} on {use.on}, {use.service_class.value} {use.called}".rstrip()
        for name, chapter in last.items()
        for use in chapter.unrated
    ]


def _rows(chapter: Chapter, answer: Bill) -> list[Sequence[object]]:
    rows: list[Sequence[object]] = [_line_row(line) for line in answer.lines]
    for name, amount in totals_of(chapter).items():
        if name in ("net", "total", "balance") or (amount and name != "tax"):
            text = f"{name} {answer.currency}" if name == "total" else name
            rows.append((f"{text} %" if name.startswith("tax ") else text, "", "", "", "", amount))
    return rows


def _line_row(line: NewLine) -> Sequence[object]:
    last = line.end - ONE_DAY if line.end > line.start else line.end  # people read a last day, not a next one
    price = "" if line.item.unit_price is None or line.repairs else str(line.item.unit_price)
    return words(line), line.start, last, amount_of(line.quantity), price, line.amount


def _plain(chapter: Chapter) -> dict[str, object]:
    """A chapter for programs; periods are half open, amounts are text."""
    head = {"on": str(chapter.on), "customer": chapter.person, "balance": str(chapter.balance)}
    answer = chapter.answer
    if not isinstance(answer, Bill):
        return {**head, "outcome": "parked", "problem": answer.code, "told": answer.told}
    tax = answer.tax
    rows = [
        {
            "category": row.category,
            "percent": str(row.rate),
            "base": str(row.base),
            "tax": str(row.tax),
            "reason": row.reason,
        }
        for row in tax.rows
    ]
    totals = {"net": tax.net, "tax": tax.tax, "rounding": tax.rounding, "total": tax.payable}
    lines = [_plain_line(line, str(net)) for line, net in zip(answer.lines, tax.nets, strict=True)]
    plain_totals = {name: str(amount) for name, amount in totals.items()}
    document = {"outcome": answer.outcome.value, "number": chapter.number, "currency": answer.currency}
    return {
        **head,
        **document,
        "lines": lines,
        "taxes": rows,
        **plain_totals,
        "unrated": len(chapter.unrated),
    }


def _plain_line(line: NewLine, net: str) -> dict[str, object]:
    item = line.item
    return {
        "text": words(line),
        "component": line.key.component,
        "subscription": line.key.subscription,
        "start": str(line.start),
        "end": str(line.end),
        "days": line.share.days if line.share else None,
        "of_days": line.share.whole if line.share else None,
        "quantity": amount_of(line.quantity),
        "unit": item.unit,
        "price": None if item.unit_price is None else str(item.unit_price),
        "amount": str(line.amount),
        "net": net,
        "category": item.category,
        "percent": str(item.percent),
        "product": item.product,
        "repairs": list(map(str, line.repairs)) if line.repairs else None,
    }
