"""Verbs on realms and their staff."""

import re
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from jetbill.kernel.trouble import Refused
from jetbill.stages.realms.models import Realm, Staff
from jetbill.stages.realms.scope import realm_scope

DEFAULT_NAME = "North"


@dataclass(frozen=True, slots=True)
class RealmPlan:
    """What a new realm is to be; an empty slug is made from the name."""

    name: str
    slug: str = ""
    host_name: str = ""
    time_zone: str = "UTC"
    currency: str = "EUR"
    country: str = ""
    locale: str = "en"
    brand: dict[str, Any] = field(default_factory=dict)
    mail: dict[str, Any] = field(default_factory=dict)
    policies: dict[str, Any] = field(default_factory=dict)
    is_default: bool = False


@transaction.atomic
def create_realm(plan: RealmPlan, parent: Realm | None = None) -> Realm:
    """A new realm, below `parent` when one is named. Call it in outside_realms()."""
    if not plan.name.strip():
        raise Refused("realm.without_name")
    if not re.fullmatch(r"[A-Z]{3}", plan.currency):
        raise Refused("realm.currency_unknown", currency=plan.currency)
    try:
        ZoneInfo(plan.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise Refused("realm.time_zone_unknown", time_zone=plan.time_zone) from unknown
    slug = plan.slug or re.sub(r"[^a-z0-9]+", "-", plan.name.lower()).strip("-") or "realm"
    if Realm.objects.filter(slug=slug).exists() or Realm.objects.filter(name=plan.name).exists():
        raise Refused("realm.exists", name=plan.name, slug=slug)
    return Realm.objects.create(
        parent=parent,
        name=plan.name,
        slug=slug,
        host_name=plan.host_name,
        time_zone=plan.time_zone,
        currency=plan.currency,
        country=plan.country,
        locale=plan.locale,
        brand=plan.brand,
        mail=plan.mail,
        policies=plan.policies,
        is_default=plan.is_default,
    )


@transaction.atomic
def change_realm(realm: Realm, plan: RealmPlan) -> None:
    """`realm` is from now on what `plan` says; its short name and its place in the tree stay."""
    for name in (
        "name",
        "host_name",
        "time_zone",
        "currency",
        "country",
        "locale",
        "brand",
        "mail",
        "policies",
    ):
        setattr(realm, name, getattr(plan, name))
    realm.save()


@transaction.atomic
def ensure_default_realm() -> Realm:
    """The provider's own realm, made at the first start. Call it in outside_realms()."""
    found = Realm.objects.filter(is_default=True).first()
    return found or create_realm(RealmPlan(name=DEFAULT_NAME, slug="north", is_default=True))


def create_staff(realm: Realm, login: str, password: str, name: str = "") -> Staff:
    """A person who may log in to `realm`; the password is kept as a hash."""
    with realm_scope(realm):
        if Staff.objects.filter(login=login).exists():
            raise Refused("staff.exists", login=login)
        person = Staff(login=login, name=name)
        person.set_password(password)
        person.save()
    return person
