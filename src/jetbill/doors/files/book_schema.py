"""The JSON Schema of a price book file, made from the same types that read it.

`python -m jetbill.doors.files.book_schema > docs/price-book.schema.json`; editors then complete and check.
"""

import json
from collections.abc import Mapping
from typing import Any

from jetbill.doors.files import phrases
from jetbill.doors.files.book import TOP_KEYS
from jetbill.doors.files.book_plans import CALL_WORDS, SHORT_CHARGES
from jetbill.doors.files.shapes import record_schema, schema
from jetbill.kernel.book import (
    Applies,
    Bundle,
    Calendar,
    DeckRate,
    Fee,
    Plan,
    PlanOffer,
    TaxRate,
    TimeClass,
    TimeWindow,
    UsageCharge,
)
from jetbill.kernel.charge_models import MODELS
from jetbill.kernel.charge_models.call import Params as CallParams
from jetbill.kernel.currencies import EXPONENTS
from jetbill.kernel.plain import field_types
from jetbill.kernel.promotions import Promotion, Referral
from jetbill.kernel.tariff_check import DECK

_TEXT = {"type": ["string", "number"]}
_FEE_PHRASE = {"type": "string", "description": "Such as 31.00 monthly, 10.00 yearly in arrears, 49.00 once."}
_PRICE_PHRASE = {
    "type": "string",
    "pattern": f"^{phrases.NUMBER} per [A-Za-z]+$",
    "description": "0.10 per GB.",
}


def book_schema() -> dict[str, Any]:
    """The schema of a book file as plain data."""
    properties = {
        "code": {"type": "string", "description": "The book's code, the same in every version."},
        "name": _TEXT,
        "currency": {"enum": sorted(EXPONENTS)},
        "prices_include_tax": schema(bool),
        "effective": {"type": "string", "format": "date"},
        "applies": schema(Applies),
        "taxes": _keyed(_tax()),
        "calendars": _keyed(_calendar()),
        "decks": _keyed(_deck()),
        "plans": _keyed({"$ref": "#/$defs/plan"}),
        "bundles": _keyed(_bundle()),
        "promotions": _keyed(_optional(record_schema(Promotion, ("code",)), "name")),
        "referral": record_schema(Referral),
    }
    assert tuple(properties) == TOP_KEYS
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Jet price book",
        "type": "object",
        "additionalProperties": False,
        "required": ["code", "name", "currency", "plans"],
        "properties": properties,
        "$defs": {"plan": _plan(), "fee": _fee(), "charge": _charge(), "price": _price()},
    }


def schema_text() -> str:
    """The schema as the text of its file."""
    return json.dumps(book_schema(), indent=2, ensure_ascii=False) + "\n"


def _keyed(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": dict(item)}


def _tax() -> dict[str, Any]:
    one = _optional(record_schema(TaxRate, ("tax_class",)), "category")
    return {"anyOf": [_percent(), one, {"type": "array", "items": one}]}


def _percent() -> dict[str, Any]:
    return {"type": ["number", "string"], "description": "Per hundred: 20 for 20 %."}


def _calendar() -> dict[str, Any]:
    window = schema(TimeWindow)
    long = _optional(record_schema(TimeClass, ("code",)), "name")
    classes = _keyed({"anyOf": [window, {"type": "array", "items": window}, long]})
    return record_schema(Calendar, ("code", "classes"), {"classes": classes})


def _deck() -> dict[str, Any]:
    file = {"type": "string", "description": "A CSV file beside the book."}
    rates = {"type": "array", "items": record_schema(DeckRate)}
    fields = {"name": _TEXT, "file": file, "rates": rates}
    return {"anyOf": [file, {"type": "object", "additionalProperties": False, "properties": fields}]}


def _bundle() -> dict[str, Any]:
    offer = {"anyOf": [{"type": "string"}, record_schema(PlanOffer)]}
    offers = {"type": "array", "items": offer}
    long = _optional(record_schema(Bundle, ("code", "offers"), {"offers": offers}), "name")
    return {"anyOf": [offers, long | {"required": ["offers"]}]}


def _plan() -> dict[str, Any]:
    short = {"fee": {"$ref": "#/$defs/fee"}, "setup": {"$ref": "#/$defs/fee"}}
    short |= {code: {"$ref": "#/$defs/charge"} for code in SHORT_CHARGES}
    more = {
        "product": _TEXT | {"description": "Product code of the fees and charges that name none."},
        "tax_class": {"type": "string", "description": "Tax class of the fees and charges that name none."},
        "fees": _keyed({"$ref": "#/$defs/fee"}),
        "charges": _keyed({"$ref": "#/$defs/charge"}),
    }
    return _optional(record_schema(Plan, ("code", "fees", "charges"), {**more, **short}), "name")


def _fee() -> dict[str, Any]:
    long = _optional(record_schema(Fee, ("code",)), "name", "product", "tax_class")
    return {"anyOf": [_FEE_PHRASE, long | {"required": ["price", "every"]}]}


def _charge() -> dict[str, Any]:
    hidden = ("code", "model", "params", "deck")
    more = {"price": {"$ref": "#/$defs/price"}, **_price_words()}
    long = record_schema(UsageCharge, hidden, more)
    long.pop("required")
    return {"anyOf": [_PRICE_PHRASE, long]}


def _price() -> dict[str, Any]:
    models = [
        record_schema(model.Params, (), {"model": {"const": kind}}) | _needs(model.Params)
        for kind, model in MODELS.items()
    ]
    deck = {"type": "object", "additionalProperties": False, "required": [DECK]}
    deck["properties"] = {"model": {"const": DECK}, DECK: {"type": "string"}}
    short = {"type": "object", "additionalProperties": False, "properties": _price_words()}
    return {"anyOf": [_PRICE_PHRASE, *models, *([] if DECK in MODELS else [deck]), short]}


def _needs(params: Any) -> dict[str, Any]:
    return {"required": ["model", *record_schema(params).get("required", [])]}


def _price_words() -> dict[str, Any]:
    types: Mapping[str, Any] = field_types(CallParams)
    words = {"included": {"type": "string", "description": "Such as 100 GB."}, "then": _PRICE_PHRASE}
    words[DECK] = {"type": "string", "description": "The code of a rate deck."}
    return words | {word: schema(types[name]) for word, name in CALL_WORDS.items()}


def _optional(found: dict[str, Any], *names: str) -> dict[str, Any]:
    """The same schema where `names` need not be written: the reader knows what to take."""
    required = [name for name in found.get("required", []) if name not in names]
    rest = {key: value for key, value in found.items() if key != "required"}
    return rest | ({"required": required} if required else {})


if __name__ == "__main__":
    print(schema_text(), end="")
