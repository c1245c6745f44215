"""Installs the stage ledger."""

from django.apps import AppConfig


class Stage(AppConfig):
    """The Django application of this stage."""

    name = "jetbill.stages.ledger"
    label = "ledger"
