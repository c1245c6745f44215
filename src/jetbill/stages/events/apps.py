"""Django's name for this stage."""

from django.apps import AppConfig


class Events(AppConfig):
    name = "jetbill.stages.events"
    label = "events"
