"""Writes bills as draft documents with their lines, thousands in one statement."""

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
from jetbill.stages.billing.surroundings import settings_for
from jetbill.stages.billing.views import Charges, Corrected, Setting, charges_of, sign_of
from jetbill.stages.realms.arrays import array_of, ids_array, texts_array
from jetbill.stages.realms.copying import copy_aside, field

FRONT_COLUMNS = (
    *("run_id", "source", "kind", "series", "on_day", "due_on", "currency"),
    *("net", "tax", "total", "accounts", "amounts", "frame"),
)
LINE_COLUMNS = (
    *("ordinal", "component", "period_start", "period_end", "rate_class", "revision", "item"),
    *("quantity", "amount", "net", "first_day", "last_day", "days", "whole_days", "repairs_end"),
    *("records", "used", "generation"),
)
DRAFT_COLUMNS = ("place", "customer_id", "front", "told", "own", "corrects_id", "subscriptions")
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
    """Store bills, one a customer, as drafts; returns the ids of the documents in the order of `bills`.

    What many have in common, the front of their rows and their lines, goes to the database once.
    """
    if not bills:
        return []
    settings = settings_for(bills, place.on, look, place.corrects)
    told, sheets = _told(bills), Sheets(look)
    found = sheets.of([(each, of.charges, to) for each, of, to in zip(bills, told, settings, strict=True)])
    fronts: dict[int, int] = {}
    lines: dict[int, int] = {}
    front_rows, line_rows, draft_rows = [], [], []
    for number, (each, of, to, sheet) in enumerate(zip(bills, told, settings, found, strict=True)):
        front = fronts.get(id(sheet))
        if front is None:
            front = fronts[id(sheet)] = len(fronts)
            front_rows.append(f"{front}\t{_front(each, of, to, place, sheet)}\n")
        first = lines.get(id(of))
        if first is None:
            first = lines[id(of)] = len(lines)
            line_rows += [f"{first}\t{line}" for line in of.lines]
        corrects = to.corrects.document if to.corrects else NULL
        own, subscriptions = field(sheets.own(sheet, to)), ids_array(_subscriptions(each))
        draft_rows.append(
            f"{number}\t{each.customer}\t{front}\t{first}\t{own}\t{corrects}\t{subscriptions}\n"
        )
    copy_aside("copy_front", _FRONTS, ("front", *FRONT_COLUMNS), "".join(front_rows))
    copy_aside("copy_told", _TOLD, ("told", *LINE_COLUMNS), "".join(line_rows))
    copy_aside("copy_draft", _DRAFTS, DRAFT_COLUMNS, "".join(draft_rows))
    ids = _written()
    sheets.store()
    return [ids[each.customer] for each in bills]


def _written() -> dict[int, int]:
    """The ids of the documents by customer."""
    with connection.cursor() as cursor:
        cursor.execute(_WRITE)
        return dict(cursor.fetchall())


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
        f"{field(texts_array([leg.account for leg in entry]))}\t{array_of([leg.amount for leg in entry])}",
        tuple([_line(*each, place) for place, each in enumerate(zip(each.lines, tax.nets, strict=True), 1)]),
        charges_of(each.lines, tax, kind),
    )


def _front(each: Charged, told: _Told, setting: Setting, place: Place, sheet: Sheet) -> str:
    """What a document's row has in common with those on the same sheet."""
    return (
        f"{place.run or NULL}\t{field(place.source)}\t{kind_of(each.bill.outcome).value}\t\t{place.on}\t"
        f"{setting.due_on or NULL}\t{each.bill.currency}\t{told.amounts}\t\\\\x{sheet.frame.hex()}"
    )


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


_FRONTS = f"SELECT 0 AS front, {', '.join(FRONT_COLUMNS)} FROM document WITH NO DATA"
_TOLD = f"SELECT 0 AS told, {', '.join(LINE_COLUMNS)} FROM line WITH NO DATA"
_DRAFTS = (
    "SELECT 0 AS place, customer_id, 0 AS front, 0 AS told, own, corrects_id, '{}'::bigint[] AS subscriptions"
    " FROM document WITH NO DATA"
)
# The digest is `sealing.drafted_digest`. Documents get their ids in the order of places.
_WRITE = f"""
WITH made AS (
  INSERT INTO document (realm_id, customer_id, own, corrects_id, view_digest, {", ".join(FRONT_COLUMNS)})
  SELECT (SELECT realm()), customer_id, own, corrects_id, sha256(frame || convert_to(own, 'UTF8')),
         {", ".join(FRONT_COLUMNS)}
  FROM copy_draft JOIN copy_front USING (front) ORDER BY place
  RETURNING id, customer_id), told AS (
  INSERT INTO line (realm_id, document_id, customer_id, subscription_id, {", ".join(LINE_COLUMNS)})
  SELECT (SELECT realm()), made.id, customer_id, subscriptions[ordinal], {", ".join(LINE_COLUMNS)}
  FROM made JOIN copy_draft USING (customer_id) JOIN copy_told USING (told))
SELECT customer_id, id FROM made
"""
