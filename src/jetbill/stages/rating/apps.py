"""Installs the stage rating."""

from django.apps import AppConfig


class Stage(AppConfig):
    """The Django application of this stage."""

    name = "jetbill.stages.rating"
    label = "rating"
