"""A realm's settings as a YAML file: who it is, how its documents look, how it mails, what it decided.

The file is the whole truth: what it does not mention is at its default. Pictures lie beside it; one that the
realm keeps already may be named as it is kept.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jetbill.documents import assets
from jetbill.documents.view import Advert, Asset, Brand, Party, TaxProfile
from jetbill.doors.files.marked_yaml import Fields, Node, read_yaml
from jetbill.doors.files.shapes import Spot, record, written, yaml_name
from jetbill.doors.files.yaml_text import yaml_text
from jetbill.kernel.plain import default, sparse
from jetbill.kernel.trouble import BadInput
from jetbill.stages.billing import look_check
from jetbill.stages.billing.look import Bank, Policies, look_of
from jetbill.stages.delivery import mail_settings
from jetbill.stages.delivery.mail_settings import MailSettings
from jetbill.stages.realms.actions import RealmPlan
from jetbill.stages.realms.models import Realm

PARTS = {"seller": "seller", "bank": "bank", "advert": "advert", "tax_profile": "profile"}
"""What the database keeps beside the keys of the look, by the words of the file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The keys of the file."""

    name: str
    host_name: str = ""
    time_zone: str = "UTC"
    currency: str = "EUR"
    country: str = ""
    locale: str = "en"
    seller: Party | None = None
    bank: Bank | None = None
    advert: Advert | None = None
    tax_profile: TaxProfile | None = None
    look: Brand | None = None
    mail: MailSettings = field(default_factory=MailSettings)
    policies: Policies = field(default_factory=Policies)

    def plan(self) -> RealmPlan:
        """The settings as the realm keeps them."""
        assert self.look is not None
        parts = {kept: getattr(self, name) for name, kept in PARTS.items()}
        brand = sparse(self.look) | {kept: sparse(part) for kept, part in parts.items() if part is not None}
        return RealmPlan(
            name=self.name,
            host_name=self.host_name,
            time_zone=self.time_zone,
            currency=self.currency,
            country=self.country,
            locale=self.locale,
            brand=brand,
            mail=mail_settings.kept(self.mail),
            policies=sparse(self.policies),
        )


@dataclass(frozen=True, slots=True)
class RealmFile:
    """The settings of a file that was checked, and the pictures that lie beside it, by the name to keep."""

    settings: Settings
    pictures: Mapping[str, bytes]
    marks: Mapping[str, Node]

    def trouble(self, path: str, sentence: str) -> BadInput:
        """The error about the value at `path`, such as `bank.iban`, with its place."""
        while path not in self.marks:
            path = path.rpartition(".")[0]
        return self.marks[path].trouble(sentence)


def read_realm(path: Path, kept: Path | None = None) -> RealmFile:
    """The settings in the file at `path`; the realm keeps its pictures in the folder `kept`.

    Raises BadInput for the first fault.
    """
    reader = _Reader(path.parent, kept, Spot(read_yaml(path), "", {}))
    found = RealmFile(reader.settings(), reader.pictures, reader.top.marks)
    plan = dataclasses.asdict(found.settings.plan())
    realm = Realm(**{name: value for name, value in plan.items() if name not in ("slug", "is_default")})
    for finding in (*look_check.check(realm), *mail_settings.check(realm)):
        raise found.trouble(finding.path, finding.told())
    return found


def settings_of(realm: Realm) -> Settings:
    """What the file of `realm` says. Raises Refused for settings that nobody knows."""
    look = look_of(realm)
    return Settings(
        name=realm.name,
        host_name=realm.host_name,
        time_zone=realm.time_zone,
        currency=realm.currency,
        country=realm.country,
        locale=realm.locale,
        seller=look.seller,
        bank=look.bank,
        advert=look.advert,
        tax_profile=look.profile,
        look=look.brand,
        mail=mail_settings.mail_settings(realm),
        policies=look.policies,
    )


def told(settings: Settings) -> dict[str, Any]:
    """The settings as plain data, all but what is empty or not there."""
    plain: dict[str, Any] = _told(settings)
    return plain if settings.mail != MailSettings() else {k: v for k, v in plain.items() if k != "mail"}


def realm_text(settings: Settings) -> str:
    """The whole file; reading it gives the same settings."""
    return yaml_text(told(settings), is_compact=False)


def _told(value: Any) -> Any:
    if isinstance(value, Asset):
        return {"file": value.name, "alt": value.alt}
    if isinstance(value, tuple):
        return [_told(item) for item in value]
    if not dataclasses.is_dataclass(value):
        return written(value)
    pairs = [(each, getattr(value, each.name)) for each in dataclasses.fields(value)]
    return {
        yaml_name(each.name): _told(held)
        for each, held in pairs
        if held is not None and (held != default(each) or held not in ("", (), {}))
    }


@dataclass(slots=True)
class _Reader:
    """Reads one file; pictures that it names are read too."""

    folder: Path
    kept: Path | None
    top: Spot
    pictures: dict[str, bytes] = field(default_factory=dict)

    def settings(self) -> Settings:
        fields = self.top.node.mapping(each.name for each in dataclasses.fields(Settings))
        name = fields["name"].text()
        country = fields["country"].text(is_empty_allowed=True) if "country" in fields else ""
        mail = fields.get("mail")
        if mail is not None:
            _refuse_password(mail)
        parts: dict[str, object] = {
            "seller": self._part(Party, fields, "seller", name=name, country=country),
            "look": self._part(Brand, fields, "look", "logo", name=name),
            "advert": self._part(Advert, fields, "advert", "image"),
        }
        found: Settings = record(Settings, self.top, forced=parts, extra=parts)
        return found

    def _part(self, kind: Any, fields: Fields, key: str, picture: str = "", **defaults: str) -> Any:
        """The part `key` of the file with its picture; where it is not written, `defaults` alone."""
        node = fields.get(key)
        if node is None or (node.is_text and node.text() == "none"):
            return kind(**defaults) if defaults else None
        at = self.top.at(node, key)
        forced = {picture: self._picture(node.mapping().get(picture))} if picture else {}
        return record(kind, at, forced=forced, defaults=defaults, extra=forced)

    def _picture(self, node: Node | None) -> Asset | None:
        """A picture that lies beside the file, or that the realm keeps already."""
        if node is None:
            return None
        fields = node.mapping(("file", "alt"))
        file, alt = fields["file"], fields["alt"].text()
        path = Path(file.text())
        if path.is_absolute() or ".." in path.parts:
            raise file.trouble("a picture lies beside this file or below it: write its file name only")
        if assets.NAME.fullmatch(path.name) and self.kept and (self.kept / path.name).is_file():
            return Asset(path.name, alt)
        try:
            with (self.folder / path).open("rb") as opened:
                data = opened.read(assets.MOST_BYTES + 1)
            name, _ = assets.named(data)
        except OSError as trouble:
            raise file.trouble(f'"{path}" cannot be read: {trouble.strerror}') from None
        except ValueError as trouble:
            raise file.trouble(str(trouble)) from None
        self.pictures[name] = data
        return Asset(name, alt)


def _refuse_password(mail: Node) -> None:
    """A password written here would be kept in the database and shown to everybody who sees the settings."""
    for key, _ in mail.pairs():
        if "password" in key.text() and key.text() != "password_ref":
            raise key.trouble(
                'no password stands here: write password_ref, such as "smtp", and the password into the file'
                ' "secrets" of Jet\'s home, as a line "north.smtp = …" for the realm north'
            )
