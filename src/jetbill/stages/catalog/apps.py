"""Installs the stage catalog."""

from django.apps import AppConfig


class Stage(AppConfig):
    """The Django application of this stage."""

    name = "jetbill.stages.catalog"
    label = "catalog"
