"""Installs the stage collection."""

from django.apps import AppConfig


class Stage(AppConfig):
    """The Django application of this stage."""

    name = "jetbill.stages.collection"
    label = "collection"
