"""Writes bills as draft documents with their lines, thousands in two COPYs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.db import connection

from jetbill.kernel.money import rounded
from jetbill.kernel.proposal import Bill, postings
from jetbill.kernel.proposal.lines import NewLine
from jetbill.stages.billing import items
from jetbill.stages.billing.actions.framing import Sheet, Sheets, kind_of
from jetbill.stages.billing.look import Look
from jetbill.stages.billing.proposing import Charged
from jetbill.stages.billing.sealing import Parts, drafted_digest
from jetbill.stages.billing.surroundings import settings_for
from jetbill.stages.billing.views import Charges, Corrected, Setting, charges_of, sign_of
from jetbill.stages.realms.arrays import ids_array
from jetbill.stages.realms.copying import copy_aside, copy_rows, field

DOCUMENT_COLUMNS = (
    *("customer_id", "run_id", "source", "kind", "series", "on_day", "due_on", "currency"),
    *("net", "tax", "total", "accounts", "amounts", "frame", "own", "view_digest"),
    "corrects_id",
)
LINE_COLUMNS = (
    *("ordinal", "component", "period_start", "period_end", "rate_class", "revision", "item"),
    *("quantity", "amount", "net", "first_day", "last_day", "days", "whole_days", "repairs_end"),
    *("records", "used", "generation"),
)
MEMBER_COLUMNS = ("document_id", "customer_id", "told", "subscriptions")
NULL = "\\N"


@dataclass(frozen=True, slots=True)
class Place:
    """Which run the drafts belong to (None: made by hand), the date they will bear, and for credit notes made
    by hand the invoice that they correct."""

    run: int | None
    on: date
    source: str = ""
    corrects: Corrected | None = None


def write_documents(bills: Sequence[Charged], place: Place, look: Look) -> list[int]:
    """Store bills as drafts; returns the ids of the documents in the order of `bills`."""
    if not bills:
        return []
    settings = settings_for(bills, place.on, look, place.corrects)
    told, sheets = _told(bills), Sheets(look)
    rows = _documents(list(zip(bills, told, settings, strict=True)), place, sheets)
    back = copy_rows("document", DOCUMENT_COLUMNS, rows, returning="id")
    assert isinstance(back, list)
    ids = [int(str(key)) for (key,) in back]
    _write_lines(bills, told, ids)
    sheets.store()
    return ids


@dataclass(frozen=True, slots=True)
class _Told:
    """Of a bill what is the same for all that are alike: amounts and lines as COPY reads them, and the view's
    part of it. `lines` begin with their ordinal."""

    amounts: str
    lines: tuple[str, ...]
    charges: Charges


def _told(bills: Sequence[Charged]) -> list[_Told]:
    """One for each of `bills`; those that are alike share theirs."""
    known: dict[int, _Told] = {}
    found = []
    for each in bills:
        told = known.get(id(each.alike))
        if told is None:
            told = _told_of(each.bill)
            if each.alike is not None:
                known[id(each.alike)] = told
        found.append(told)
    return found


def _told_of(each: Bill) -> _Told:
    kind, tax, entry = kind_of(each.outcome), each.tax, postings(each)
    sign = sign_of(kind)
    return _Told(
        f"{sign * tax.net}\t{sign * tax.tax}\t{sign * tax.payable}\t"
        f"{_array([leg.account for leg in entry])}\t{{{','.join([str(leg.amount) for leg in entry])}}}",
        tuple([_line(*each, place) for place, each in enumerate(zip(each.lines, tax.nets, strict=True), 1)]),
        charges_of(each.lines, tax, kind),
    )


def _documents(of: Sequence[tuple[Charged, _Told, Setting]], place: Place, sheets: Sheets) -> str:
    rows = []
    fronts: dict[int, str] = {}
    found = sheets.of([(each, told.charges, setting) for each, told, setting in of])
    for sheet, (each, told, setting) in zip(found, of, strict=True):
        front = fronts.get(id(sheet))
        if front is None:
            front = fronts[id(sheet)] = _front(each, told, setting, place, sheet)
        own = sheets.own(sheet, setting)
        digest = drafted_digest(Parts(sheet.frame, own)).hex()
        corrects = setting.corrects.document if setting.corrects else NULL
        rows.append(f"{each.customer}\t{front}\t{field(own)}\t\\\\x{digest}\t{corrects}\n")
    return "".join(rows)


def _front(each: Charged, told: _Told, setting: Setting, place: Place, sheet: Sheet) -> str:
    """What a document's row has in common with those on the same sheet."""
    return (
        f"{place.run or NULL}\t{field(place.source)}\t{kind_of(each.bill.outcome).value}\t\t{place.on}\t"
        f"{setting.due_on or NULL}\t{each.bill.currency}\t{told.amounts}\t\\\\x{sheet.frame.hex()}"
    )


def _array(names: Sequence[str]) -> str:
    """Names as an array, as COPY reads it."""
    quoted = [name.replace("\\", "\\\\").replace('"', '\\"') for name in names]
    return field('{"' + '","'.join(quoted) + '"}') if names else "{}"


def _write_lines(bills: Sequence[Charged], told: Sequence[_Told], ids: Sequence[int]) -> None:
    """Every document, and every different set of lines, goes to the database once."""
    numbers: dict[int, int] = {}
    members, lines = [], []
    for each, shared, document in zip(bills, told, ids, strict=True):
        number = numbers.get(id(shared))
        if number is None:
            number = numbers[id(shared)] = len(numbers)
            lines += [f"{number}\t{line}" for line in shared.lines]
        members.append(f"{document}\t{each.customer}\t{number}\t{ids_array(_subscriptions(each))}\n")
    copy_aside("copy_line_told", _TOLD, ("told", *LINE_COLUMNS), "".join(lines))
    copy_aside("copy_line_members", _MEMBERS, MEMBER_COLUMNS, "".join(members))
    with connection.cursor() as cursor:
        cursor.execute(_LINES)


def _subscriptions(of: Charged) -> list[int]:
    """That of each line."""
    if of.alike is None:
        return [line.key.subscription for line in of.bill.lines]
    return [of.subscriptions[place] for place in of.alike.places]


def _line(line: NewLine, net: Decimal, ordinal: int) -> str:
    key, share, measured, quantity = line.key, line.share, line.measured, line.quantity
    exact = quantity if isinstance(quantity, Decimal) else rounded(Fraction(quantity), 18)
    used = NULL if measured is None or measured.used is None else int(measured.used)
    return (
        f"{ordinal}\t{field(key.component)}\t{key.period_start}\t{key.period_end}\t"
        f"{field(key.rate_class)}\t{line.revision}\t{field(items.written(line.item))}\t{exact}\t"
        f"{line.amount}\t{net}\t{line.start}\t{line.end}\t{share.days if share else NULL}\t"
        f"{share.whole if share else NULL}\t{line.repairs.period_end if line.repairs else NULL}\t"
        f"{measured.records if measured else 0}\t{used}\t{measured.generation if measured else 0}\n"
    )


_TOLD = f"SELECT 0 AS told, {', '.join(LINE_COLUMNS)} FROM line WITH NO DATA"
_MEMBERS = (
    "SELECT document_id, customer_id, 0 AS told, '{}'::bigint[] AS subscriptions FROM line WITH NO DATA"
)
_LINES = f"""
INSERT INTO line (realm_id, document_id, customer_id, subscription_id, {", ".join(LINE_COLUMNS)})
SELECT (SELECT realm()), document_id, customer_id, subscriptions[ordinal], {", ".join(LINE_COLUMNS)}
FROM copy_line_members JOIN copy_line_told USING (told)
"""
