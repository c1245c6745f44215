"""A realm is a completely separate space; its staff log in to it and to no other."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from jetbill.stages.realms.fields import RealmModel


class Realm(models.Model):
    """One provider. Open table: a door must find the realm before it can enter it, so no secrets here."""

    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    name = models.TextField(unique=True)
    slug = models.SlugField(max_length=40, unique=True, help_text="Short name for the command line.")
    host_name = models.TextField(blank=True, default="", help_text="Where its pages answer.")
    time_zone = models.TextField(default="UTC", help_text="IANA name; days begin at its midnight.")
    currency = models.CharField(max_length=3, default="EUR")
    country = models.CharField(max_length=2, blank=True, default="")
    locale = models.TextField(default="en", help_text="Language and number forms of its documents.")
    brand = models.JSONField(default=dict, blank=True, help_text="Logo, colours, watermark, switches.")
    mail = models.JSONField(default=dict, blank=True, help_text="SMTP settings; the password by reference.")
    policies = models.JSONField(default=dict, blank=True, help_text="What billing may decide per realm.")
    is_default = models.BooleanField(default=False, help_text="The provider's own realm.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host_name"], condition=~models.Q(host_name=""), name="realms_realm_host_name"
            ),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="realms_realm_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Staff(AbstractBaseUser, RealmModel):
    """A person who works in one realm. The same login in another realm is somebody else."""

    login = models.TextField()
    name = models.TextField(blank=True, default="")
    email = models.TextField(blank=True, default="")
    language = models.TextField(blank=True, default="", help_text="Empty: the realm's.")
    is_active = models.BooleanField(default=True)  # type: ignore[misc]  # a constant in the base

    objects = BaseUserManager()

    USERNAME_FIELD = "login"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(fields=["realm", "login"], name="realms_staff_login")]

    def __str__(self) -> str:
        return self.login
