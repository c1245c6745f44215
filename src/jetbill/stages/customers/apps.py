"""Installs the stage customers."""

from django.apps import AppConfig


class Stage(AppConfig):
    """The Django application of this stage."""

    name = "jetbill.stages.customers"
    label = "customers"
