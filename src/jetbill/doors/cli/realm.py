"""`jet realm`: who a realm is, how it looks, mails and decides: shown as a file, and set from one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from django.db import transaction

from jetbill.documents import assets
from jetbill.doors.cli.output import output_option, print_rows
from jetbill.doors.cli.plugs import plugs
from jetbill.doors.cli.scope import realm_option, working_in
from jetbill.doors.files.realm_file import RealmFile, read_realm, realm_text, settings_of, told
from jetbill.doors.sentences import sentence
from jetbill.kernel.trouble import Refused
from jetbill.running.home import brand_folder, give, make_folder
from jetbill.stages.realms.actions import change_realm, create_realm
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import current_realm, every_realm
from jetbill.stages.realms.scope import outside_realms

COLUMNS = ("realm", "name", "host name", "time zone", "currency", "country", "default")
HEAD = """\
# Realm {slug} as it is. To change it: jet realm set FILE --realm {slug}
# What the file does not mention goes back to its default. Every key: docs/manual/realm.md
"""
_FILE = click.Path(path_type=Path)
_PLACES = {"realm.exists": "name", "realm.host_name_taken": "host_name"}


@click.group()
def realm() -> None:
    """Show realms and their settings, change them, add a realm."""


@realm.command("list")
@output_option
def list_realms(output: str) -> None:
    """Show every realm; the first column is what --realm takes."""
    plugs().connect()
    with outside_realms():
        found = every_realm()
    rows = [
        (
            each.slug,
            each.name,
            each.host_name,
            each.time_zone,
            each.currency,
            each.country,
            "yes" if each.is_default else "",
        )
        for each in found
    ]
    print_rows(COLUMNS, rows, output)


@realm.command()
@realm_option
def show(realm: str) -> None:
    """Print the settings as the file that `jet realm set` takes."""
    with working_in(realm):
        here = current_realm()
        text = realm_text(settings_of(here))
    click.echo(HEAD.format(slug=here.slug) + text, nl=False)


@realm.command("set")
@click.argument("file", type=_FILE)
@click.option("--dry-run", is_flag=True, help="Check everything, show what would change, change nothing.")
@realm_option
@output_option
def set_(file: Path, dry_run: bool, realm: str, output: str) -> None:
    """Make the realm what FILE says. What FILE does not mention goes back to its default."""
    with working_in(realm, is_kept=not dry_run):
        here = current_realm()
        before = told(settings_of(here))
        found = read_realm(file, brand_folder(plugs().home(), here.pk))
        with _placed(found):
            change_realm(here, found.settings.plan())
        if not dry_run:
            _keep_pictures(found, here)
        _prove(found, here)
    rows = list(_changes(before, told(found.settings)))
    if rows or output != "table":
        print_rows(("setting", "was", "is"), rows, output)
    many = "1 setting" if len(rows) == 1 else f"{len(rows)} settings"
    click.echo(f"{here.slug}: {many} {'would change: dry run' if dry_run else 'changed'}.", err=True)


@realm.command()
@click.argument("file", type=_FILE)
@click.option("--short", default="", metavar="NAME", help="What --realm will take; else made from the name.")
def add(file: Path, short: str) -> None:
    """Make a new realm, as FILE says."""
    plugs().connect()
    found = read_realm(file)
    with outside_realms(), transaction.atomic():
        with _placed(found):
            made = create_realm(replace(found.settings.plan(), slug=short))
        _keep_pictures(found, made)
        _prove(found, made)
    click.echo(f"The realm {made.name} is there: --realm {made.slug}.")


@contextmanager
def _placed(found: RealmFile) -> Iterator[None]:
    """A refusal that a line of the file has caused names the line."""
    try:
        yield
    except Refused as refused:
        if refused.code not in _PLACES:
            raise
        raise found.trouble(_PLACES[refused.code], sentence(refused)) from None


def _prove(found: RealmFile, realm: Realm) -> None:
    """What is kept is what the file said, or nothing is kept."""
    assert settings_of(Realm.objects.get(pk=realm.pk)) == found.settings


def _keep_pictures(found: RealmFile, realm: Realm) -> None:
    if found.pictures:
        folder = make_folder(make_folder(plugs().home(), "brand"), str(realm.pk))
        for data in found.pictures.values():
            give(folder, folder / assets.store(folder, data))


def _changes(before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    was, now = dict(_flat(before)), dict(_flat(after))
    for name in {**was, **now}:
        if was.get(name) != now.get(name):
            yield name, was.get(name, ""), now.get(name, "")


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every single value with its path, `seller.lines.1`."""
    if isinstance(value, str):
        yield path, value
        return
    parts = value.items() if isinstance(value, Mapping) else enumerate(value, 1)
    for name, part in parts:
        yield from _flat(part, f"{path}.{name}" if path else str(name))
