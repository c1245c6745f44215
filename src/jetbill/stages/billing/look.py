"""How the documents of a realm look and what its policies are, read once per run from the realm's settings.

`brand` of the realm holds the keys of `documents.view.Brand` and beside them `seller` (keys of Party), `bank`
(scheme, iban, bic, name), `advert`, and `profile` (present: EN 16931 XML inside the PDF).
`policies` holds the keys of `Policies`.
"""

from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any, TypeVar

from jetbill.documents.view import Advert, Asset, Brand, Party, TaxId, TaxProfile
from jetbill.kernel.trouble import Refused
from jetbill.stages.realms.models import Realm

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Bank:
    """Where customers pay: `scheme` epc, swiss or spayd."""

    iban: str
    name: str
    bic: str = ""
    scheme: str = "epc"


@dataclass(frozen=True, slots=True)
class Policies:
    """What a realm decided. Amounts are in the realm's currency.

    `minimum` a document below it is carried forward; `negative` what becomes of a negative one:
    "credit_note" or "account_credit"; `look_back` how many closed periods late usage may still change;
    `bound_amount`, `bound_lines`, `bound_periods` park a customer beyond them; `bound_parked` of a hundred
    customers and `bound_total` times last month's total stop the run for a person; `email` sends documents by
    mail, `receipts` makes one for each payment.
    """

    minimum: Decimal = Decimal(0)
    negative: str = "credit_note"
    look_back: int = 2
    bound_amount: Decimal = Decimal(100_000)
    bound_lines: int = 2_000
    bound_periods: int = 13
    bound_parked: int = 5
    bound_total: int = 3
    email: bool = True
    receipts: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """Everything of the realm that stands on its documents, the same objects for a whole run."""

    realm: int
    locale: str
    zone: str
    currency: str
    seller: Party
    brand: Brand
    bank: Bank | None = None
    advert: Advert | None = None
    profile: TaxProfile | None = None
    policies: Policies = field(default_factory=Policies)


def look_of(realm: Realm) -> Look:
    """The look of `realm`; raises Refused("realm.brand") naming a setting that it does not know."""
    told = dict(realm.brand)
    seller = told.pop("seller", {"name": realm.name, "country": realm.country})
    bank, advert, profile = told.pop("bank", None), told.pop("advert", None), told.pop("profile", None)
    return Look(
        realm=realm.pk,
        locale=realm.locale,
        zone=realm.time_zone,
        currency=realm.currency,
        seller=_party(seller),
        brand=_brand({"name": realm.name, **told}),
        bank=_made(Bank, bank) if bank else None,
        advert=_advert(advert) if advert else None,
        profile=_made(TaxProfile, profile) if profile is not None else None,
        policies=_policies(realm.policies),
    )


def _policies(told: dict[str, Any]) -> Policies:
    amounts = {name: Decimal(str(told[name])) for name in ("minimum", "bound_amount") if name in told}
    return _made(Policies, {**told, **amounts})


def _party(told: dict[str, Any]) -> Party:
    ids = tuple(TaxId(scheme, value) for scheme, value in told.get("tax_ids", []))
    lines = tuple(told.get("lines", []))
    return _made(Party, {**told, "tax_ids": ids, "lines": lines, "endpoint": tuple(told.get("endpoint", ()))})


def _brand(told: dict[str, Any]) -> Brand:
    logo = told.get("logo")
    return _made(
        Brand,
        {
            **told,
            "logo": _made(Asset, logo) if logo else None,
            "contact": tuple(told.get("contact", ())),
            "hidden": tuple(told.get("hidden", ())),
        },
    )


def _advert(told: dict[str, Any]) -> Advert:
    image = told.get("image")
    return _made(Advert, {**told, "image": _made(Asset, image) if image else None})


def _made(kind: type[Value], told: dict[str, Any]) -> Value:
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    for name in told:
        if name not in known:
            raise Refused("realm.brand", setting=f"{kind.__name__.lower()}.{name}")
    return kind(**told)
