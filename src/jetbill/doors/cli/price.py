"""`jet price BOOK USAGE`: what usage would cost by a price book, with no database and nobody billed."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import click
import numpy as np

from jetbill.doors.cli.output import IN_PART, output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.files.book import read_checked_book
from jetbill.doors.files.usage_batch import UsageBatch, read_usage
from jetbill.doors.files.usage_file import Place
from jetbill.doors.files.usage_format import find_format
from jetbill.kernel.book import PriceBook
from jetbill.kernel.charge_models import charge_model
from jetbill.kernel.money import exponent, rounded, told
from jetbill.kernel.rating import layout as at
from jetbill.kernel.rating.batch import part, records_of
from jetbill.kernel.rating.compiled import compile_books
from jetbill.kernel.rating.explain import explain as explained
from jetbill.kernel.rating.rates import Rated, rate
from jetbill.kernel.rating.segments import Customer
from jetbill.kernel.rating.timeline import Owners, ServiceSpan, Timeline, lay_out
from jetbill.kernel.rating.totals import RowSum, sum_rows
from jetbill.kernel.terms import CustomerTerms, Happening, HappeningKind, PlanChoice, SubscriptionTerms
from jetbill.kernel.trouble import BadInput
from jetbill.kernel.zones import zone

DAY_S = 86_400
FOREVER_AGO = date(2000, 1, 1)
FORMATS = {".jsonl": "plain_jsonl", ".ndjson": "plain_jsonl", ".parquet": "plain_parquet"}
COLUMNS = (
    "login",
    "charge",
    "class",
    "from",
    "to",
    "records",
    "quantity",
    "unit",
    "exact",
    "amount",
    "currency",
)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What every login of the file is taken to have agreed to."""

    plans: tuple[str, ...]
    zone: str
    bill_day: int


@click.command()
@click.argument("book", type=click.Path(path_type=Path))
@click.argument("usage", type=click.Path(path_type=Path))
@click.option("--format", "name", default="", help="How to read USAGE; else plain, by the file's ending.")
@click.option("--plan", "plans", multiple=True, help="A plan that every login has; may be repeated.")
@click.option("--zone", "zone_name", default="UTC", show_default=True, help="The provider's time zone.")
@click.option("--bill-day", default=1, show_default=True, type=click.IntRange(1, 31))
@click.option("--explain", is_flag=True, help="Tell record by record why it costs what it costs.")
@click.option("--first", default=20, show_default=True, type=click.IntRange(1), help="How many to explain.")
@output_option
def price(book: Path, usage: Path, name: str, output: str, **options: Any) -> int:
    """Rate the usage in the file USAGE by the price book file BOOK and print the totals per login.

    Every login is taken for a customer of his own with the plans chosen by --plan; else with all plans of the
    book's only bundle, or the book's only plan. No database. Exit code 3: some rows are not priced.
    """
    terms = _Terms(options["plans"], options["zone_name"], options["bill_day"])
    _check_zone(terms.zone)
    priced = read_checked_book(book).book
    chosen = _plans(priced, terms.plans, str(book))
    place = Place(terms.zone, int(plugs().now().timestamp()))
    form = find_format(name or FORMATS.get(usage.suffix, "plain"))
    found = read_usage(usage, form, place)
    timeline = _timeline(found, priced, _Terms(chosen, terms.zone, terms.bill_day), str(book))
    rated = rate(found.batch, timeline)
    if options["explain"]:
        _explain(found, timeline, options["first"], output)
    else:
        print_rows(COLUMNS, _rows(found, rated, told if output == "table" else str), output)
    return _tell_unpriced(usage, found, rated)


def _check_zone(name: str) -> None:
    try:
        zone(name)
    except ValueError as wrong:
        raise BadInput(str(wrong), field="--zone") from None


def _plans(book: PriceBook, wanted: Sequence[str], file: str) -> tuple[str, ...]:
    """The plans of every login."""
    for code in wanted:
        if code not in book.plans:
            raise BadInput(f'the book has no plan "{code}"; it has {", ".join(book.plans)}', file=file)
    if wanted:
        return tuple(wanted)
    if len(book.bundles) == 1:
        (bundle,) = book.bundles.values()
        return tuple(offer.plan for offer in bundle.offers if offer.is_selected)
    if len(book.plans) == 1:
        return tuple(book.plans)
    raise BadInput(f"say which plan by --plan; the book has {', '.join(book.plans)}", file=file)


def _timeline(found: UsageBatch, book: PriceBook, terms: _Terms, file: str) -> Timeline:
    """Every identifier of the file as the one service of a customer of its own."""
    started, duration = found.batch[at.STARTED_S], found.batch[at.DURATION_S]
    first = int(started.min()) if started.size else 0
    last = int((started + duration).max()) if started.size else first
    start = Happening(FOREVER_AGO, HappeningKind.START, tuple(PlanChoice(code) for code in terms.plans))
    customers = [
        Customer(
            CustomerTerms(number, login, terms.zone, book.currency, terms.bill_day),
            [SubscriptionTerms(number, number, book.code, "", (start,))],
        )
        for number, login in enumerate(found.identifiers)
    ]
    spans = [ServiceSpan(number, 0, None, number, number) for number in range(len(customers))]
    try:
        books = compile_books([book], terms.zone, (first - DAY_S, last + DAY_S))
    except ValueError as wrong:
        raise BadInput(str(wrong), file=file) from None
    return lay_out(Owners(spans, customers), books)


def _rows(
    found: UsageBatch, rated: Rated, written: Callable[[Fraction], str]
) -> Iterator[tuple[object, ...]]:
    """One row per login, charge, class and usage period, by login; `written` shows exact numbers."""
    timeline = rated.timeline
    currency = timeline.books.versions[0].currency
    for each in sorted(sum_rows(rated), key=lambda each: (each.service, each.charge, each.rate_class)):
        login = found.identifiers[timeline.services[each.service].service]
        charge = timeline.books.charges[each.charge].charge
        period = timeline.tenures[each.tenure].period
        quantity, amount = charge.unit.of(each.quantity), _amount(each, timeline)
        yield (
            login,
            charge.name,
            timeline.books.rate_classes[each.rate_class],
            period.start,
            period.end - timedelta(days=1),
            each.count,
            written(quantity),
            charge.unit.told(currency),
            written(amount),
            rounded(amount, exponent(currency)),
            currency,
        )


def _amount(each: RowSum, timeline: Timeline) -> Fraction:
    """The exact amount of a total: added up, or priced now by a charge on the period's total."""
    compiled = timeline.books.charges[each.charge]
    if compiled.has_amount:
        return Fraction(each.numerator, compiled.denominator)
    charge = compiled.charge
    model = charge_model(charge.model)
    exact: Fraction = model.price(charge.unit.of(each.quantity), charge.params).amount
    return exact


def _explain(found: UsageBatch, timeline: Timeline, first: int, output: str) -> None:
    records = records_of(part(found.batch, slice(0, first)))
    told_lines = []
    for line, record in zip(found.line.tolist(), islice(records, first), strict=False):
        why = explained(record, timeline)
        login = found.identifiers[record.identifier]
        told_lines.append((line, login, why.status.name.lower(), told(why.amount), why.lines))
    if output == "table":
        for line, login, _, amount, lines in told_lines:
            click.echo(f"line {line}, {login}: {amount} {timeline.books.versions[0].currency}")
            click.echo("".join(f"    {each}\n" for each in lines))
        return
    if output == "json":
        keys = ("line", "login", "status", "amount", "lines")
        shown = [dict(zip(keys, each, strict=True)) for each in told_lines]
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    rows = [(*each[:4], " ".join(each[4])) for each in told_lines]
    print_rows(("line", "login", "status", "amount", "explanation"), rows, output)


def _tell_unpriced(path: Path, found: UsageBatch, rated: Rated) -> int:
    """Say on stderr what has no price and why; the exit code."""
    for each in found.bad[:5]:
        click.echo(f"{path}:{each.line}: not usage: {each.reason}", err=True)
    if len(found.bad) > 5:
        click.echo(f"Rows that are not usage: {len(found.bad)}.", err=True)
    for status in np.unique(rated.status[rated.status != at.Status.RATED]).tolist():
        places = np.flatnonzero(rated.status == status)
        line, reason = int(found.line[places[0]]), at.REASONS[at.Status(status)]
        more = f", and so {len(places) - 1} more" if len(places) > 1 else ""
        click.echo(f"{path}:{line}: not priced: {reason}{more}", err=True)
    if found.duplicates:
        click.echo(f"Rows that were there before and count once: {found.duplicates}.", err=True)
    is_whole = not found.bad and not (rated.status != at.Status.RATED).any()
    return 0 if is_whole else IN_PART
