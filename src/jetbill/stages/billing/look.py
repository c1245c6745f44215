"""How the documents of a realm look and what its policies are, read once per run from the realm's settings.

`brand` of the realm holds the keys of `documents.view.Brand` and beside them `seller` (keys of Party), `bank`
(keys of Bank), `advert`, and `profile` (present: EN 16931 XML inside the PDF). `policies` holds the keys of
`Policies`. All in the plain form of `kernel.plain`; what is not there is at its default.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from jetbill.documents.view import Advert, Brand, Party, TaxProfile
from jetbill.kernel import payment_slips
from jetbill.kernel.plain import field_types, from_plain
from jetbill.kernel.proposal.account import Negative
from jetbill.kernel.trouble import Refused
from jetbill.stages.realms.models import Realm

Value = TypeVar("Value")
SLIPS = {"epc": payment_slips.epc, "spayd": payment_slips.spayd}
"""What the code on a payment slip says, by the `scheme` of a bank."""


@dataclass(frozen=True, slots=True)
class Bank:
    """Where customers pay; `scheme` is one of SLIPS."""

    iban: str
    name: str
    bic: str = ""
    scheme: str = "epc"


@dataclass(frozen=True, slots=True)
class Policies:
    """What a realm decided. Amounts are in the realm's currency.

    `minimum` a document below it is carried forward; `negative` what becomes of a negative one;
    `look_back` how many closed periods late usage may still change; `bound_amount`, `bound_lines`,
    `bound_periods` park a customer beyond them; `bound_parked` of a hundred customers and `bound_total` times
    last month's total stop the run for a person; `email` sends documents by mail, `receipts` makes one for
    each payment.
    """

    minimum: Decimal = Decimal(0)
    negative: Negative = Negative.CREDIT_NOTE
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
        seller=_made(Party, seller),
        brand=_made(Brand, {"name": realm.name, **told}),
        bank=_made(Bank, bank) if bank else None,
        advert=_made(Advert, advert) if advert else None,
        profile=_made(TaxProfile, profile) if profile is not None else None,
        policies=_made(Policies, realm.policies),
    )


def _made(kind: type[Value], told: dict[str, Any]) -> Value:
    for name in told:
        if name not in field_types(kind):
            raise Refused("realm.brand", setting=f"{kind.__name__.lower()}.{name}")
    try:
        made: Value = from_plain(kind, told)
    except (ArithmeticError, KeyError, TypeError, ValueError) as wrong:
        raise Refused("realm.brand", setting=f"{kind.__name__.lower()}: {wrong}") from wrong
    return made
