"""The plans of a price book file: fees and usage charges, in the long form and in the short ones.

Short: `fiber: {fee: 31.00 monthly, data: {included: 100 GB, then: 0.10 per GB}}`. Long: `fees:` and
`charges:` with every field of `kernel.book` under its own name and the charge model under `price:`.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from jetbill.doors.files import phrases
from jetbill.doors.files.marked_yaml import Fields, Node
from jetbill.doors.files.shapes import Spot, read, record
from jetbill.kernel.book import Fee, MeterKind, Plan, Selection, ServiceClass, Tempo, UsageCharge
from jetbill.kernel.charge_models import MODELS, OWN_AMOUNT
from jetbill.kernel.charge_models.call import Params as CallParams
from jetbill.kernel.charge_models.graduated import Band
from jetbill.kernel.charge_models.graduated import Params as GraduatedParams
from jetbill.kernel.charge_models.per_unit import Params as PerUnitParams
from jetbill.kernel.money import decimal_of
from jetbill.kernel.plain import field_types
from jetbill.kernel.tariff_check import DECK, DIMENSIONS, PER_RECORD
from jetbill.kernel.units import UNITS, Dimension, Unit

TAX_CLASS = "standard"
CALL_WORDS = {
    "per_minute": "per_minute",
    "connect": "connect_fee",
    "at_least": "minimum_s",
    "first": "first_s",
    "next": "next_s",
    "free": "free_s",
    "minimum": "minimum",
    "maximum": "maximum",
}
PRICE_WORDS = ("included", "then", DECK, *CALL_WORDS)
SHORT_CHARGES: Mapping[str, Mapping[str, object]] = {
    "data": {"meter": MeterKind.OCTETS, "unit": UNITS["GB"], "selection": Selection(ServiceClass.DATA)},
    "calls": {
        "meter": MeterKind.SECONDS,
        "unit": UNITS["min"],
        "selection": Selection(ServiceClass.VOICE, "out"),
    },
    "messages": {
        "meter": MeterKind.RECORDS,
        "unit": UNITS["message"],
        "selection": Selection(ServiceClass.MESSAGE, "out"),
    },
}
_SHORT_FEES = ("fee", "setup")
_BASE_UNITS = {Dimension.OCTETS: "GB", Dimension.SECONDS: "min", Dimension.RECORDS: "record"}


@dataclass(frozen=True, slots=True)
class _Price:
    """What a charge costs: model with params, the deck's name, and the unit if the price names one."""

    model: str
    params: Any = None
    deck: str | None = None
    unit: Unit | None = None


def read_plan(code: str, spot: Spot) -> Plan:
    """A plan; its `product` and `tax_class` hold for fees and charges that name none."""
    defaults = {"name": _spoken(code), "fees": (), "charges": ()}
    extra = ("fees", "charges", "product", "tax_class", *_SHORT_FEES, *SHORT_CHARGES)
    plan: Plan = record(
        Plan, spot, forced={"code": code, "fees": (), "charges": ()}, defaults=defaults, extra=extra
    )
    fields = spot.node.mapping()
    product, tax_class = fields.get("product"), fields.get("tax_class")
    inherited = {
        "product": product.text() if product else "",
        "tax_class": tax_class.text() if tax_class else TAX_CLASS,
    }
    fees = _fees(plan, spot, inherited)
    charges = _charges(spot, inherited)
    return dataclasses.replace(plan, fees=tuple(fees), charges=tuple(charges))


def _fees(plan: Plan, spot: Spot, inherited: Mapping[str, object]) -> list[Fee]:
    fields = spot.node.mapping()
    group = fields.get("fees")
    nodes = [] if group is None else [(key.code(), key, value) for key, value in group.pairs()]
    nodes += [(name, fields[name], fields[name]) for name in _SHORT_FEES if name in fields]
    fees: dict[str, Fee] = {}
    for code, key, node in nodes:
        if code in fees:
            raise key.trouble(f'the fee "{code}" is already there, under "fees"')
        fees[code] = _fee(code, plan.name, spot.at(node, f"fees.{code}"), inherited)
    return list(fees.values())


def _fee(code: str, plan_name: str, spot: Spot, inherited: Mapping[str, object]) -> Fee:
    defaults: dict[str, Any] = {**inherited, "name": plan_name}
    if spot.node.is_text:
        phrase = spot.node.read(phrases.fee)
        if phrase["every"] is None:
            defaults["name"] = f"{plan_name} {_spoken(code).lower()}"
        return Fee(code=code, **(defaults | phrase))
    if spot.node.is_mapping and "every" not in spot.node.mapping():
        raise spot.node.trouble('"every" is missing: write monthly, yearly, every 30 days or once')
    fee: Fee = record(Fee, spot, forced={"code": code}, defaults=defaults)
    return fee


def _charges(spot: Spot, inherited: Mapping[str, object]) -> list[UsageCharge]:
    fields = spot.node.mapping()
    group = fields.get("charges")
    charges: dict[str, UsageCharge] = {}
    for key, node in [] if group is None else group.pairs():
        charges[key.code()] = _charge(key.code(), spot.at(node, f"charges.{key.code()}"), inherited)
    for code, given in SHORT_CHARGES.items():
        if code in charges and code in fields:
            raise fields[code].trouble(f'the charge "{code}" is already there, under "charges"')
        if code in fields:
            charges[code] = _charge(code, spot.at(fields[code], f"charges.{code}"), {**inherited, **given})
    return list(charges.values())


def _charge(code: str, spot: Spot, inherited: Mapping[str, object]) -> UsageCharge:
    price, node = _charge_price(spot)
    if spot.node.is_text:
        assert price.unit is not None
        meter = inherited.get("meter")
        if meter is None:
            raise spot.node.trouble("write what is measured: {meter: octets, price: 0.10 per GB}")
        fields = {**inherited, "unit": price.unit, "name": _spoken(code), "code": code}
        return _fitting(UsageCharge(**_priced(price), **fields), spot.node)  # type: ignore[arg-type]
    defaults = {"name": _spoken(code), **inherited, **_unit(spot.node.mapping(), price, node)}
    if price.model in OWN_AMOUNT:
        defaults = {"meter": MeterKind.QUANTITY, "unit": UNITS["money"], **defaults}
    forced = {"code": code, "model": price.model, "params": price.params, "deck": price.deck}
    defaults["tempo"] = _tempo(price.model)
    charge = record(UsageCharge, spot, forced=forced, defaults=defaults, extra=("price", *PRICE_WORDS))
    if price.unit is not None and price.unit != charge.unit:
        raise node.trouble(f"the price is per {price.unit.name}, but the charge counts {charge.unit.name}")
    return _fitting(charge, spot.node)


def _priced(price: _Price) -> dict[str, object]:
    tempo = _tempo(price.model)
    return {"model": price.model, "params": price.params, "deck": price.deck, "tempo": tempo}


def _tempo(model: str) -> Tempo:
    return Tempo.RECORD if model in PER_RECORD else Tempo.PERIOD


def _fitting(charge: UsageCharge, node: Node) -> UsageCharge:
    """The charge, if its unit measures what its meter counts."""
    wanted = DIMENSIONS.get(charge.meter)
    if wanted is not None and charge.unit.dimension is not wanted:
        raise node.trouble(
            f"the meter {charge.meter} counts {wanted}, which cannot be told in {charge.unit.name}"
        )
    return charge


def _unit(fields: Fields, price: _Price, node: Node) -> dict[str, object]:
    """The unit where none is written: that of the price, else the usual one of the meter."""
    if price.unit is not None:
        return {"unit": price.unit}
    meter = fields.get("meter")
    if meter is not None and "unit" not in fields:
        dimension = DIMENSIONS.get(meter.choice(MeterKind))
        return {} if dimension is None else {"unit": UNITS[_BASE_UNITS[dimension]]}
    return {}


def _charge_price(spot: Spot) -> tuple[_Price, Node]:
    """The price of a charge and the node it stands at: under `price`, or in the charge itself."""
    if spot.node.is_text:
        return _per_unit(spot.node), spot.node
    fields = spot.node.mapping()
    if "price" not in fields:
        if not any(word in fields for word in PRICE_WORDS):
            raise spot.node.trouble('"price" is missing')
        return _short_price(fields, spot), spot.node
    node = fields["price"]
    if node.is_text:
        return _per_unit(node), node
    at = spot.at(node, "params")
    inside = node.mapping()
    if "model" in inside:
        return _model(inside, at), node
    node.mapping(("model", *PRICE_WORDS))
    return _short_price(inside, at), node


def _model(fields: Fields, at: Spot) -> _Price:
    kind = fields["model"].one_of([*MODELS, DECK] if DECK not in MODELS else MODELS, "charge model")
    deck = fields["deck"].text() if kind == DECK else None
    extra = ("model", "deck") if kind == DECK else ("model",)
    if kind not in MODELS:
        fields.node.mapping(extra)
        return _Price(kind, None, deck)
    return _Price(kind, record(MODELS[kind].Params, at, extra=extra), deck)


def _per_unit(node: Node) -> _Price:
    phrase = node.read(phrases.price)
    return _Price("per_unit", PerUnitParams(phrase[0]), None, phrase[1])


def _short_price(fields: Fields, spot: Spot) -> _Price:
    if "included" in fields or "then" in fields:
        return _included(fields["included"], fields["then"])
    if DECK in fields:
        params = MODELS[DECK].Params() if DECK in MODELS else None
        return _Price(DECK, params, fields[DECK].text())
    types = field_types(CallParams)
    values = {
        name: read(types[name], spot.at(fields[word], f"params.{name}"))
        for word, name in CALL_WORDS.items()
        if word in fields
    }
    if "per_minute" not in values:
        raise spot.node.trouble('"per_minute" is missing')
    try:
        return _Price("call", CallParams(**values), None, UNITS["min"])
    except ValueError as error:
        raise spot.node.trouble(str(error)) from None


def _included(included: Node, then: Node) -> _Price:
    """`{included: 100 GB, then: 0.10 per GB}`: a band at nothing, then one at the price."""
    quantity, counted = included.read(phrases.amount)
    price, unit = then.read(phrases.price)
    if counted.dimension is not unit.dimension:
        raise then.trouble(f"{counted.name} are included, but the price is per {unit.name}")
    try:
        up_to = decimal_of(Fraction(quantity) * counted.size / unit.size)
    except ValueError:
        raise then.trouble(f"{quantity} {counted.name} cannot be told in {unit.name}; use one unit") from None
    bands = (Band(up_to), Band(None, price))
    try:
        return _Price("graduated", GraduatedParams(bands), None, unit)
    except ValueError:
        raise included.trouble("what is included must be above 0") from None


def _spoken(code: str) -> str:
    """`fiber_100` as people say it: Fiber 100."""
    words = code.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]
