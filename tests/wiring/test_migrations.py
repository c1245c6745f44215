"""The migrations make exactly the tables that the models describe."""

from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def test_no_model_waits_for_a_migration() -> None:
    loader = MigrationLoader(None)
    detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
    changes = detector.changes(graph=loader.graph)
    told = {label: [str(each) for m in found for each in m.operations] for label, found in changes.items()}
    assert not told, f"run makemigrations with jetbill.wiring.settings_owner: {told}"
    assert not loader.detect_conflicts()
