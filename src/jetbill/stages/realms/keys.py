"""The foreign key between tables of realms. Apart from fields.py: the database backend reads it before any
model may exist.
"""

from typing import Any

from django.db import models


class RealmForeignKey(models.ForeignKey):
    """A foreign key between tables of realms; the database refuses one that crosses into another realm."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **options: Any) -> None:
        # Django's own constraint would ignore the realm; the backend makes the one over both columns.
        super().__init__(to, on_delete, **{**options, "db_constraint": False})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, arguments, options = super().deconstruct()
        options.pop("db_constraint", None)
        return name, path, list(arguments), options
