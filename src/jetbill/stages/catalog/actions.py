"""What can be done with price books: take in a draft, publish it, sell nothing new by one."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from jetbill.kernel import book as values
from jetbill.kernel.book_check import check
from jetbill.kernel.finding import Severity
from jetbill.kernel.plain import plain
from jetbill.kernel.trouble import Refused
from jetbill.stages.catalog import facts, rows
from jetbill.stages.catalog.models import BookVersion, PriceBook, State
from jetbill.stages.events import actions as events


@dataclass(frozen=True, slots=True)
class Publication:
    """From which local day a version holds, and for whom."""

    effective: date
    applies: values.Applies


@transaction.atomic
def import_draft(book: values.PriceBook, *, by: str, now: datetime) -> BookVersion:
    """The draft of `book`, replacing an earlier draft; the newest version itself if it says the same.

    Raises Refused for a book with an error, or in another currency than its published versions.
    """
    for finding in check(book):
        if finding.severity is Severity.ERROR:
            raise Refused("book.unsound", at=finding.path, because=finding.told())
    owner, _ = PriceBook.objects.get_or_create(code=book.code)
    # the lock makes two imports of one book take turns
    owner = PriceBook.objects.select_for_update().get(pk=owner.pk)
    decks = rows.deck_digests(book)
    digest = rows.book_digest(book, decks)
    newest = owner.versions.order_by("-number").first()
    if newest is not None and newest.digest == digest:
        return newest
    published = owner.versions.filter(state=State.PUBLISHED).order_by("-number").first()
    if published is not None and published.currency != book.currency:
        raise Refused("book.currency_changed", book=book.code, was=published.currency, now=book.currency)
    owner.versions.filter(state=State.DRAFT).delete()
    version = BookVersion.objects.create(
        book=owner,
        number=1 if published is None else published.number + 1,
        digest=digest,
        name=book.name,
        currency=book.currency,
        prices_include_tax=book.prices_include_tax,
        referral=plain(book.referral),
        drafted_at=now,
    )
    rows.write_parts(version, book, decks)
    events.record(facts.BookDrafted(owner.pk, book.code, version.number, digest, at=now, by=by))
    return version


@transaction.atomic
def publish(code: str, publication: Publication, *, by: str, now: datetime) -> BookVersion:
    """Publish the draft of the book `code`: from now on it cannot change. Raises Refused without a draft."""
    draft = (
        BookVersion.objects.select_for_update()
        .select_related("book")
        .filter(book__code=code, state=State.DRAFT)
        .first()
    )
    if draft is None:
        raise Refused("book.no_draft", book=code)
    draft.state = State.PUBLISHED
    draft.effective = publication.effective
    draft.applies = publication.applies.value
    draft.published_at = now
    draft.published_by = by
    draft.save(update_fields=["state", "effective", "applies", "published_at", "published_by"])
    events.record(
        facts.BookPublished(
            draft.book.pk,
            code,
            draft.number,
            draft.digest,
            publication.effective,
            publication.applies.value,
            at=now,
            by=by,
        )
    )
    return draft


def take_turns(code: str) -> None:
    """Whoever counts something of the book `code`, such as coupons, does so one after the other: it is held
    until the end of the transaction."""
    list(PriceBook.objects.select_for_update().filter(code=code))


@transaction.atomic
def deactivate(code: str, *, by: str, now: datetime) -> None:
    """Nothing new is sold by the book `code`; done twice it is done once. Raises Refused if there is none."""
    book = PriceBook.objects.select_for_update().filter(code=code).first()
    if book is None:
        raise Refused("book.unknown", book=code)
    if not book.is_active:
        return
    book.is_active = False
    book.save(update_fields=["is_active"])
    events.record(facts.BookDeactivated(book.pk, code, at=now, by=by))
