"""The connection: it knows which realm its transaction was told, and lets no cursor run without one."""

from typing import Any

import psycopg
from django.db.backends.postgresql import base, features

from jetbill.stages.realms.backend.cursors import GuardedCursor, GuardedDebugCursor
from jetbill.stages.realms.backend.schema import WallEditor
from jetbill.stages.realms.backend.wall import OWNER_ROLE


class WallFeatures(features.DatabaseFeatures):
    """What Django would otherwise find out by making a table, which the application may not, and what our
    keys mean for it."""

    supports_transactions = True
    allows_group_by_selected_pks = False  # the realm is part of every key in the database, not in Django


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection of the application, or of the owner who migrates (and is not guarded)."""

    SchemaEditorClass = WallEditor
    features_class = WallFeatures

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.realm_now: int | None = None

    @property
    def is_guarded(self) -> bool:
        return self.settings_dict["OPTIONS"].get("assume_role") != OWNER_ROLE

    def tell_realm(self, realm: str, *, begins: bool = False) -> None:
        """Set the realm until the end of the transaction; with `begins` the transaction starts here.

        One round trip for both. "" takes the realm away again.
        """
        statement = f"SELECT set_config('jet.realm', '{realm}', true)"
        if not begins:
            with self.wrap_database_errors:
                self.connection.execute(statement)
            return
        with self.wrap_database_errors:
            result = self.connection.pgconn.exec_(f"BEGIN; {statement}".encode())
            if result.status != psycopg.pq.ExecStatus.TUPLES_OK:
                raise psycopg.OperationalError(result.get_error_message())

    def make_cursor(self, cursor: Any) -> GuardedCursor:
        return GuardedCursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> GuardedDebugCursor:
        return GuardedDebugCursor(cursor, self)

    # The guard must not see what Django does around transactions, where no realm is needed.
    def _savepoint(self, sid: str) -> None:
        self._bare(self.ops.savepoint_create_sql(sid))

    def _savepoint_rollback(self, sid: str) -> None:
        self._bare(self.ops.savepoint_rollback_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        self._bare(self.ops.savepoint_commit_sql(sid))

    def check_constraints(self, table_names: Any = None) -> None:
        self._bare("SET CONSTRAINTS ALL IMMEDIATE")
        self._bare("SET CONSTRAINTS ALL DEFERRED")

    def _bare(self, statement: str) -> None:
        with self.wrap_database_errors:
            self.connection.execute(statement)
