"""System checks: four ways in which a model could see or tell across realms are refused before they run."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error
from django.db import models

from jetbill.stages.realms.backend.schema import walled
from jetbill.stages.realms.keys import RealmForeignKey


def every_table_keeps_its_realm(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Errors for unique fields, unique constraints, foreign keys and many-to-many that ignore the realm."""
    return [
        error
        for model in apps.get_models()
        if walled(model)
        for finding in (_fields(model), _constraints(model))
        for error in finding
    ]


def _fields(model: Any) -> Iterator[CheckMessage]:
    for field in model._meta.local_fields:
        if field.unique and not field.primary_key:
            hint = "use UniqueConstraint(fields=['realm', …]) in Meta"
            yield Error(
                "unique=True means over all realms, and tells.", hint=hint, obj=field, id="realms.E001"
            )
        plain = isinstance(field, models.ForeignKey) and not isinstance(field, RealmForeignKey)
        if plain and walled(field.remote_field.model):
            hint = "use RealmForeignKey"
            yield Error("A plain foreign key may cross realms.", hint=hint, obj=field, id="realms.E003")
    for field in model._meta.local_many_to_many:
        if field.remote_field.through._meta.auto_created:
            hint = "write the table between as a RealmModel and name it in through="
            yield Error("The table between has no realm.", hint=hint, obj=field, id="realms.E004")


def _constraints(model: Any) -> Iterator[CheckMessage]:
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and "realm" not in constraint.fields:
            hint = f"put 'realm' first in the fields of {constraint.name}"
            yield Error("Unique over all realms, and tells.", hint=hint, obj=model, id="realms.E002")
