"""The foreign key between tables of realms. Apart from fields.py: the database backend reads it before any
model may exist.
"""

from typing import Any

from django.db import models


class RealmForeignKey(models.ForeignKey):
    """A foreign key between tables of realms; the database refuses one that crosses into another realm.

    With `in_sets` it is checked once a statement, by triggers: a constraint looks at every row for itself and
    locks what it points to, which takes longer than writing the row. Such a key never changes once written,
    and is neither renamed nor dropped without its triggers.
    """

    def __init__(
        self, to: Any, on_delete: Any = models.PROTECT, *, in_sets: bool = False, **options: Any
    ) -> None:
        self.in_sets = in_sets
        # Django's own constraint would ignore the realm; the backend makes the one over both columns.
        super().__init__(to, on_delete, **{**options, "db_constraint": False})

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, arguments, options = super().deconstruct()
        options.pop("db_constraint", None)
        if self.in_sets:
            options["in_sets"] = True
        return name, path, list(arguments), options
