"""Texts of a document in its language: label files, plural forms, and the values inside phrases.

A label is a text with `{name:kind}` in it, or a table of plural forms chosen by the value `n`. Kinds:
number, money, day, span, text. A label that a language lacks is taken from English, so a document is never
half empty.
"""

import json
import re
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path

from jetbill.documents.formats import Formats, formats
from jetbill.documents.view import Document, Phrase, Span, Text

FOLDER = Path(__file__).parent / "labels"
_HOLE = re.compile(r"\{(\w+)(?::(\w+))?\}")

Label = str | dict[str, str]


class Writer:
    """Writes phrases and values for one document."""

    def __init__(self, form: Formats, overrides: dict[str, str]) -> None:
        self.form = form
        self.language = form.locale.language
        self._labels = {**_labels("en"), **_labels(self.language), **_own(overrides, self.language)}

    def text(self, text: Text) -> str:
        """A literal text as it is, a phrase translated."""
        if isinstance(text, str):
            return self.form.auto(text)
        return self.say(text.key, **text.values)

    def say(self, key: str, **values: str) -> str:
        """The label with its values put in; an unknown key is shown as it is, so that it is seen."""
        label: Label = self._labels.get(key, key)
        if isinstance(label, dict):
            form = self.form.locale.plural_form(Decimal(values.get("n", "0")))
            label = label.get(form, label["other"])
        if "{" not in label:
            return label
        return _HOLE.sub(lambda hole: self._value(values.get(hole[1], ""), hole[2] or "text"), label)

    def cell(self, text: str) -> str:
        """A cell of an itemised list: "@key" is a label."""
        return self.say(text[1:]) if text.startswith("@") else self.form.auto(text)

    def country(self, code: str) -> str:
        """The country's name in the language of the document."""
        return str(self.form.locale.territories.get(code, code))

    def _value(self, value: str, kind: str) -> str:
        form = self.form
        if kind == "number":
            return form.number(Decimal(value))
        if kind == "money":
            return form.money(Decimal(value))
        if kind == "day":
            return form.day(date.fromisoformat(value))
        if kind == "span":
            start, _, end = value.partition("/")
            return form.span(Span(date.fromisoformat(start), date.fromisoformat(end)))
        return form.auto(value)


def writer(document: Document) -> Writer:
    """The writer for the document's locale, currency and brand; kept while those stay the same."""
    return _writer(document.locale, document.currency, tuple(sorted(document.brand.labels.items())))


def phrase(key: str, **values: str) -> Phrase:
    """A phrase of the label files."""
    return Phrase(key, values)


def languages() -> tuple[str, ...]:
    """The languages that have a label file."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@lru_cache(maxsize=64)
def _writer(locale: str, currency: str, overrides: tuple[tuple[str, str], ...]) -> Writer:
    return Writer(formats(locale, currency), dict(overrides))


def label_keys() -> tuple[str, ...]:
    """The labels that a realm may word otherwise."""
    return tuple(_labels("en"))


def _own(overrides: dict[str, str], language: str) -> dict[str, str]:
    """The realm's own labels: "tax.S" for every language, "tax.S@de" for one."""
    plain = {key: label for key, label in overrides.items() if "@" not in key}
    mine = f"@{language}"
    return plain | {key.removesuffix(mine): label for key, label in overrides.items() if key.endswith(mine)}


@cache
def _labels(language: str) -> dict[str, Label]:
    path = FOLDER / f"{language}.json"
    if not path.exists():
        return {}
    labels: dict[str, Label] = json.loads(path.read_text(encoding="utf-8"))
    return labels
