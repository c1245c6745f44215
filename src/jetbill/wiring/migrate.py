"""Bring the database up to this version of Jet, prove the realm wall, make the default realm."""

import psycopg
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from jetbill.kernel.trouble import BadInput, Failure, OutsideFailure
from jetbill.running import roles
from jetbill.running.address import APP_ROLE, ServerAddress
from jetbill.stages.realms.actions import ensure_default_realm
from jetbill.stages.realms.catalogue import faults
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.scope import outside_realms
from jetbill.wiring.databases import as_owner

_LOCK = 4253002


def is_behind() -> bool:
    """Whether the database lacks anything this version needs: itself, our role, tables, the default realm."""
    try:
        return _is_behind()
    except DatabaseError:
        return True


def _is_behind() -> bool:
    with outside_realms():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return True
        return not Realm.objects.filter(is_default=True).exists()


def migrate(address: ServerAddress) -> None:
    """Everything a new or older database needs; several processes may start it at once."""
    try:
        if address.owner["user"] == APP_ROLE:
            psycopg.connect(address.owner.dsn()).close()
            sentence = "The database is behind this version; name a login that may migrate it."
            raise BadInput(sentence, field="DATABASE_OWNER_URL")
        roles.make(address)
    except psycopg.OperationalError as away:
        said = " ".join(str(away).split())
        raise OutsideFailure("database.unreachable", kind=Failure.TRANSIENT, said=said) from away
    bring_up(address)
    with outside_realms():
        ensure_default_realm()


def bring_up(address: ServerAddress, database: str = "") -> None:
    """The tables only, as the owner, in `database` or the usual one; raises with every hole in the wall."""
    with as_owner(address, database):
        with connection.cursor() as cursor:  # one at a time; closing the connection frees the lock
            cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        call_command("migrate", verbosity=0, interactive=False)
        if found := faults():
            said = "; ".join(found)
            raise OutsideFailure("database.wall_has_holes", kind=Failure.PERMANENT, said=said)
