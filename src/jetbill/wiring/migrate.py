"""Bring the database up to this version of Jet, prove the realm wall, make the default realm."""

from collections.abc import Callable

from django.core.management import call_command

from jetbill.kernel.trouble import Failure, OutsideFailure
from jetbill.running.address import ServerAddress
from jetbill.stages.realms.actions import ensure_default_realm
from jetbill.stages.realms.catalogue import faults
from jetbill.stages.realms.scope import outside_realms
from jetbill.wiring.databases import app_database, as_owner, use


def migrate(address: ServerAddress, database: str = "") -> None:
    """Migrate as the owner; raises with every hole in the wall. Afterwards Django runs as jet_app."""
    with as_owner(address, database):
        call_command("migrate", verbosity=0, interactive=False)
        if found := faults():
            said = "; ".join(found)
            raise OutsideFailure("database.wall_has_holes", kind=Failure.PERMANENT, said=said)


def prepare(address: ServerAddress, tell: Callable[[str], None] = lambda _: None) -> None:
    """Everything a command needs before it can work: schema, wall, default realm, the right login."""
    tell("Bringing the database up to date.")
    migrate(address)
    use(app_database(address))
    with outside_realms():
        ensure_default_realm()
