"""Installs the stage billing."""

from django.apps import AppConfig


class Stage(AppConfig):
    """The Django application of this stage."""

    name = "jetbill.stages.billing"
    label = "billing"
