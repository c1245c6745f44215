"""What every table of a realm is made of: the realm, and keys that cannot leave it.

`RealmModel` has the column `realm_id`; the database backend walls every table that has one.
`RealmForeignKey` becomes `(realm_id, x_id) → (realm_id, id)` in the database.
"""

from typing import Any

from django.db import models

from jetbill.stages.realms.keys import RealmForeignKey
from jetbill.stages.realms.scope import current_realm_id

__all__ = ["Begins", "RealmForeignKey", "RealmModel", "RealmRow"]


class RealmModel(models.Model):
    """A row of one realm. Inside a scope `realm` is filled in."""

    realm = models.ForeignKey(
        "realms.Realm",
        models.PROTECT,
        default=current_realm_id,
        editable=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        abstract = True


class RealmRow(models.Model):
    """A row of one realm in a table written by the million: the same wall, no key to check per row."""

    realm = models.ForeignKey(
        "realms.Realm",
        models.DO_NOTHING,
        default=current_realm_id,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )

    class Meta:
        abstract = True


@models.CharField.register_lookup
@models.TextField.register_lookup
class Begins(models.Lookup):
    """`name__begins="ann"`: leakproof, so it may use an index behind the wall; needs collation "C"."""

    lookup_name = "begins"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        left, left_values = self.process_lhs(compiler, connection)
        right, right_values = self.process_rhs(compiler, connection)
        return f"{left} ^@ {right}", [*left_values, *right_values]
