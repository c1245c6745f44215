"""Reading price books. A version is loaded once per process and known again by its digest."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from jetbill.kernel import book as values
from jetbill.kernel.trouble import Refused
from jetbill.stages.catalog import rows
from jetbill.stages.catalog.models import BookVersion, State

KEPT_BOOKS = 32
"""Versions kept per process; one with 200,000 rates takes about 60 MiB."""

_kept: "OrderedDict[tuple[object, ...], values.PriceBook]" = OrderedDict()


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version as a list shows it."""

    id: int
    code: str
    number: int
    state: str
    name: str
    currency: str
    effective: date | None
    applies: str
    digest: str
    drafted_at: datetime
    published_at: datetime | None
    published_by: str
    is_active: bool


def listed(code: str = "") -> list[VersionRow]:
    """All versions of one book, or of every book, the newest of each first."""
    found = BookVersion.objects.select_related("book").order_by("book__code", "-number")
    return [_row(each) for each in (found.filter(book__code=code) if code else found)]


def load(version_id: int) -> values.PriceBook:
    """The value of a version of this realm. Raises Refused for an unknown one."""
    version = BookVersion.objects.select_related("book").filter(pk=version_id).first()
    if version is None:
        raise Refused("book.unknown_version", version=version_id)
    return _loaded(version)


def versions(code: str) -> tuple[values.PriceBook, ...]:
    """The published versions of a book, the oldest first: what `kernel.book_versions` chooses from."""
    return published([code]).get(code, ())


def published(codes: Iterable[str]) -> dict[str, tuple[values.PriceBook, ...]]:
    """The published versions of several books by code, the oldest first."""
    found = BookVersion.objects.select_related("book").filter(
        book__code__in=set(codes), state=State.PUBLISHED
    )
    by_code: dict[str, tuple[values.PriceBook, ...]] = {}
    for version in found.filter(book__code__in=set(codes)).order_by("book__code", "number"):
        by_code[version.book.code] = (*by_code.get(version.book.code, ()), _loaded(version))
    return by_code


def book_for(code: str, on: date) -> values.PriceBook | None:
    """The version that somebody who signs on day `on` gets; None before the first. Later ones win."""
    holding = [each for each in versions(code) if each.effective <= on]
    return max(holding, key=lambda each: (each.effective, each.version), default=None)


def version_numbered(code: str, number: int | None = None) -> BookVersion:
    """A version by its number; without one the newest, draft included. Raises Refused if there is none."""
    found: Sequence[BookVersion] = list(
        BookVersion.objects.select_related("book").filter(book__code=code).order_by("-number")
    )
    for version in found:
        if number is None or version.number == number:
            return version
    if not found:
        raise Refused("book.unknown", book=code)
    raise Refused("book.unknown_version", book=code, version=number)


def _loaded(version: BookVersion) -> values.PriceBook:
    """The same object for the same version, so that what is compiled from it can be known again."""
    key = (version.book.code, version.digest, version.number, version.effective, version.applies)
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key]
    _kept[key] = replace(
        rows.read_book(version),
        version=version.number,
        effective=version.effective or date.min,
        applies=values.Applies(version.applies),
    )
    while len(_kept) > KEPT_BOOKS:
        _kept.popitem(last=False)
    return _kept[key]


def _row(version: BookVersion) -> VersionRow:
    return VersionRow(
        id=version.pk,
        code=version.book.code,
        number=version.number,
        state=version.state,
        name=version.name,
        currency=version.currency,
        effective=version.effective,
        applies=version.applies,
        digest=version.digest,
        drafted_at=version.drafted_at,
        published_at=version.published_at,
        published_by=version.published_by,
        is_active=version.book.is_active,
    )
