"""Django's name for this stage; its checks run with every command."""

from django.apps import AppConfig
from django.core import checks


class Realms(AppConfig):
    name = "jetbill.stages.realms"
    label = "realms"

    def ready(self) -> None:
        from jetbill.stages.realms.checks import every_table_keeps_its_realm

        checks.register(every_table_keeps_its_realm, checks.Tags.models)
