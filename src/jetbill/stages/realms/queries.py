"""Reads about realms; call them in outside_realms() or in any scope, the table is open."""

from jetbill.kernel.trouble import Refused
from jetbill.stages.realms.models import Realm, Staff
from jetbill.stages.realms.scope import NoRealm, current_realm_id


def default_realm() -> Realm:
    """The provider's own realm."""
    found = Realm.objects.filter(is_default=True).first()
    if found is None:
        raise Refused("realm.no_default")
    return found


def realm_called(name: str) -> Realm | None:
    """The realm whose short name this is; the default realm when `name` is empty."""
    return Realm.objects.filter(slug=name).first() if name else default_realm()


def current_realm() -> Realm:
    """The realm of the open scope, with its settings."""
    key = current_realm_id()
    if key is None:
        raise NoRealm("no realm: no scope is open")
    return Realm.objects.get(pk=key)


def staff() -> list[Staff]:
    """Who may log in to the realm of the open scope, by login."""
    return list(Staff.objects.order_by("login"))


def every_realm() -> list[Realm]:
    """All realms, oldest first: open a scope per realm in turn."""
    return list(Realm.objects.order_by("id"))
