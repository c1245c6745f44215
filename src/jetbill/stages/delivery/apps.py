"""Installs the stage delivery."""

from django.apps import AppConfig


class Stage(AppConfig):
    """The Django application of this stage."""

    name = "jetbill.stages.delivery"
    label = "delivery"
