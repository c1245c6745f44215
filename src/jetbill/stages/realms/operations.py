"""Migration operations that know the wall: partitioned tables, and Python code that may see all realms."""

from collections.abc import Callable
from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models

from jetbill.stages.realms.backend import wall


class PartitionedCreateModel(migrations.CreateModel):
    """CreateModel of a table partitioned as `partition_by` says: `RANGE (started)`."""

    def __init__(self, name: str, fields: Any, partition_by: str = "", **options: Any) -> None:
        super().__init__(name, fields, **options)
        self.partition_by = partition_by

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        name, arguments, options = super().deconstruct()
        return name, list(arguments), {**options, "partition_by": self.partition_by}

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        schema_editor.partition_by[table] = self.partition_by
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def month_partitions(table: str, function: str) -> migrations.RunSQL:
    """Make `function(day)`, by which the application adds the month of `day` to the partitioned `table`.

    Name the function in `open_tables.DEFINER_FUNCTIONS` too.
    """
    return migrations.RunSQL(
        wall.month_function(function, table), f"DROP FUNCTION IF EXISTS {function}(date)", elidable=False
    )


class RunInWalls(migrations.RunPython):
    """RunPython that first opens the walls of the named models ("customers.Customer"), for this migration."""

    def __init__(self, code: Callable[[Apps, Any], None], *walls: str, **options: Any) -> None:
        super().__init__(code, **options)
        self.walls = walls

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for label in self.walls:
            model: type[models.Model] = from_state.apps.get_model(label)
            schema_editor.open_wall(model)
        super().database_forwards(app_label, schema_editor, from_state, to_state)
