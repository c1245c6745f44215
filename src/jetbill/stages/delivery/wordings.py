"""What a mail says, in the language of its document: a subject and a few sentences around the PDF."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jetbill.documents.formats import Formats, formats
from jetbill.documents.view import CreditNote, Invoice, Receipt, Statement, View

FOLDER = Path(__file__).parent / "wording"
LARGEST = 5_000_000
"""Bytes of a PDF above which a mail carries a note instead."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Subject and paragraphs (blank lines between) of one mail."""

    subject: str
    text: str
    language: str


def wording(view: View, size: int) -> Wording:
    """The words for a document whose PDF has `size` bytes."""
    form = formats(view.locale, view.currency)
    language = view.locale.partition("_")[0]
    say, kind = _sentences(language), _kind(view)
    values = {
        "name": view.buyer.name,
        "seller": view.seller.name,
        "number": view.number,
        "date": form.day(view.date),
        **_values(view, form),
    }
    paragraphs = [say["greeting"], say[f"opening.{kind}"]]
    if isinstance(view, Invoice):
        paragraphs.append(say[_demand(view)])
    if size > LARGEST:
        values["size"] = f"{-(-size // 1_000_000)}"
        paragraphs.append(say["too_large"])
    paragraphs.append(f"{say['closing']}\n{{seller}}")
    text = "\n\n".join(each.format_map(values) for each in paragraphs)
    return Wording(say[f"subject.{kind}"].format_map(values), text, language)


def _values(view: View, form: Formats) -> dict[str, str]:
    if isinstance(view, Receipt):
        return {"amount": form.money(view.amount), "received": form.day(view.received or view.date)}
    if isinstance(view, Statement):
        return {"amount": form.money(view.closing), "period": form.span(view.period)}
    if isinstance(view, CreditNote):
        return {"amount": form.money(view.totals.total)}
    due = form.day(view.due) if view.due else ""
    return {"amount": form.money(view.totals.amount_due), "due": due}


def _demand(view: Invoice) -> str:
    if view.totals.amount_due <= 0:
        return "nothing"
    return "pay" if view.due else "pay_undated"


def _kind(view: View) -> str:
    kinds = {
        Invoice: "invoice",
        CreditNote: "credit_note",
        Receipt: "receipt",
        Statement: "statement",
    }
    return kinds[type(view)]


@cache
def _sentences(language: str) -> dict[str, str]:
    """The wording of a language; English where we have none."""
    file = FOLDER / f"{language}.json"
    if not language.isalpha() or not file.exists():
        file = FOLDER / "en.json"
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found
