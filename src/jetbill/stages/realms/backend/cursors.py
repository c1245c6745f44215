"""Cursors that refuse to run without a realm: in SQL, an empty table would simply return nothing."""

from typing import Any

from django.db.backends.postgresql.base import CursorDebugWrapper
from django.db.backends.utils import CursorWrapper

from jetbill.stages.realms.scope import check_scope

_UNWRAPPED = frozenset({"copy", "stream"})  # they reach the driver's cursor directly


class _Guard:
    def __getattr__(self, name: str) -> Any:
        if name in _UNWRAPPED:
            self._check()
        return super().__getattr__(name)  # type: ignore[misc]

    def _execute_with_wrappers(self, *arguments: Any, **options: Any) -> Any:
        self._check()
        return super()._execute_with_wrappers(*arguments, **options)  # type: ignore[misc]

    def _check(self) -> None:
        db = self.__dict__["db"]
        if db.is_guarded:
            check_scope(db.realm_now)


class GuardedCursor(_Guard, CursorWrapper):
    """The usual cursor."""


class GuardedDebugCursor(_Guard, CursorDebugWrapper):
    """The cursor that logs its queries."""

    def copy(self, *arguments: Any, **options: Any) -> Any:
        self._check()
        return self.cursor.copy(*arguments, **options)
