"""Verbs on realms and their staff."""

import re
from dataclasses import dataclass, field, fields
from typing import Any

from django.db import transaction

from jetbill.kernel.currencies import EXPONENTS
from jetbill.kernel.trouble import Refused
from jetbill.kernel.zones import zone
from jetbill.stages.realms.models import Realm, Staff
from jetbill.stages.realms.scope import realm_scope

DEFAULT_NAME = "North"
SHORTEST_PASSWORD = 12
SHORT_NAME = r"[a-z0-9][a-z0-9-]{0,39}"


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
    slug = plan.slug or re.sub(r"[^a-z0-9]+", "-", plan.name.lower()).strip("-") or "realm"
    if not re.fullmatch(SHORT_NAME, slug):
        raise Refused("realm.short_name", slug=slug)
    _refuse_impossible(plan)
    if Realm.objects.filter(slug=slug).exists():
        raise Refused("realm.exists", name=plan.name, slug=slug)
    return Realm.objects.create(parent=parent, slug=slug, is_default=plan.is_default, **_settings(plan))


@transaction.atomic
def change_realm(realm: Realm, plan: RealmPlan) -> None:
    """`realm` is from now on what `plan` says; its short name and its place in the tree stay."""
    _refuse_impossible(plan, realm.pk)
    for name, value in _settings(plan).items():
        setattr(realm, name, value)
    realm.save()


def _settings(plan: RealmPlan) -> dict[str, Any]:
    """What a realm may change: all but what it is called on the command line, and which is the default."""
    return {
        each.name: getattr(plan, each.name)
        for each in fields(plan)
        if each.name not in ("slug", "is_default")
    }


def _refuse_impossible(plan: RealmPlan, own: int | None = None) -> None:
    """Refuse what no realm can be, or what another one is already."""
    if not plan.name.strip():
        raise Refused("realm.without_name")
    if plan.currency not in EXPONENTS:
        raise Refused("realm.currency_unknown", currency=plan.currency)
    try:
        zone(plan.time_zone)
    except ValueError as unknown:
        raise Refused("realm.time_zone_unknown", time_zone=plan.time_zone) from unknown
    others = Realm.objects.exclude(pk=own)
    if same := others.filter(name=plan.name).first():
        raise Refused("realm.exists", name=plan.name, slug=same.slug)
    if plan.host_name and others.filter(host_name=plan.host_name).exists():
        raise Refused("realm.host_name_taken", host_name=plan.host_name)


@transaction.atomic
def ensure_default_realm() -> Realm:
    """The provider's own realm, made at the first start. Call it in outside_realms()."""
    found = Realm.objects.filter(is_default=True).first()
    return found or create_realm(RealmPlan(name=DEFAULT_NAME, slug="north", is_default=True))


def create_staff(realm: Realm, login: str, password: str, name: str = "") -> Staff:
    """A person who may log in to `realm`; the password is kept as a hash."""
    if not login.strip():
        raise Refused("staff.without_login")
    if len(password) < SHORTEST_PASSWORD:
        raise Refused("staff.password_short", least=SHORTEST_PASSWORD)
    with realm_scope(realm):
        if Staff.objects.filter(login=login).exists():
            raise Refused("staff.exists", login=login)
        person = Staff(login=login, name=name)
        person.set_password(password)
        person.save()
    return person
