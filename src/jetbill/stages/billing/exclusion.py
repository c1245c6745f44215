"""Drafting and crediting by hand keep apart: neither may work out what the other is about to change.

Chunks are drafted side by side; a credit waits until those being drafted are committed, and then sees them.
"""

from django.db import connection

_CLASS = 0x6A657401  # ours among the database's locks on two numbers, the second is the realm


def while_drafting() -> None:
    """Keep credits by hand of this realm out until the transaction ends.

    Its commit does not wait for the disk: drafts that the server loses when it is killed are drafted again,
    and what ends the drafting waits for all before it.
    """
    _lock("pg_advisory_xact_lock_shared", ", set_config('synchronous_commit', 'off', true)")


def while_crediting() -> None:
    """Keep drafting in this realm out until the transaction ends; waits for what is being drafted."""
    _lock("pg_advisory_xact_lock")


def _lock(function: str, more: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, realm()::int){more}", [_CLASS])
