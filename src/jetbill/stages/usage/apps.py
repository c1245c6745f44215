"""The usage stage as a Django application."""

from django.apps import AppConfig


class Usage(AppConfig):
    """Usage as it was measured."""

    name = "jetbill.stages.usage"
    label = "usage"
    default_auto_field = "django.db.models.BigAutoField"
