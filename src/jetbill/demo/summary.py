"""What the demo tells at its end: nothing lost, what was billed, how long it took, and where to look."""

import os
import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from jetbill.demo.month import NOW, Times
from jetbill.stages.billing import queries as billing
from jetbill.stages.billing.models import BillRun, Document
from jetbill.stages.delivery.archive import Archive
from jetbill.stages.delivery.batches import print_batch, printed_bytes
from jetbill.stages.delivery.models import Delivery, Rendering
from jetbill.stages.ledger.queries import trial_balance
from jetbill.stages.rating import queries as rating
from jetbill.stages.realms.models import Realm
from jetbill.stages.realms.queries import default_realm
from jetbill.stages.realms.scope import outside_realms, realm_scope
from jetbill.stages.usage import queries as usage

PRODUCTS = {"INT": "Internet", "VOI": "Voice", "MOB": "Mobile", "SRV": "Services"}


def summary(home: Path, archive: Archive, times: Times, seconds: float) -> Iterator[str]:
    """The lines of the summary. Puts the PDFs under their numbers beside, and closes the print batch."""
    with outside_realms():
        realm = default_realm()
    with realm_scope(realm):
        yield from _conservation()
        run = BillRun.objects.get()
        yield from _money(run)
        pdfs = _named_pdfs(home, realm, archive)
        mailed = Delivery.objects.filter(state="sent").count()
    batch = print_batch(realm, archive, now=NOW)
    printed = home / "print-batch.pdf"
    if batch is not None:
        printed.write_bytes(printed_bytes(realm, archive, batch.number))
    yield ""
    yield "Time     " + ", ".join(f"{part} {spent:.1f} s" for part, spent in times.parts.items())
    river = sum(times.parts.get(part, 0) for part in ("import", "rate", "bill"))
    yield f"         import, rate and bill took {river:.1f} s, everything {seconds:.0f} s"
    yield ""
    yield f"PDFs     {home / 'pdfs'} ({pdfs} documents; begin with {_show_piece(home)})"
    if batch is not None:
        yield f"Printer  {printed} ({batch.letters} letters in one file)"
    yield f"Mailbox  {home / 'mailbox' / realm.slug} ({mailed} mails; JET_HOME={home} jet mail list)"


def _conservation() -> Iterator[str]:
    read, done = usage.conservation(), rating.rated()
    unrated = done.records - done.rated_records
    rest = read.quarantined.records, read.duplicates.records
    sums = done.rated_records + unrated + sum(rest)
    sign = "=" if sums == read.read.records else "IS NOT"
    yield ""
    written = read.read.records + read.passed_over
    yield (
        f"Usage    {written:,} rows in the files = {read.read.records:,} rows read + {read.passed_over:,} "
        "of calls that nobody answered"
    )
    yield (
        f"         {read.read.records:,} rows read {sign} {done.rated_records:,} rated + {unrated:,} unrated "
        f"+ {rest[0]:,} quarantined + {rest[1]:,} duplicates"
    )
    for each in rating.unrated():
        yield f"         unrated in {each.month:%B %Y}: {each.records:,}, {each.reason}"
    terabytes = Decimal(done.rated_octets) / 10**12
    yield f"         {terabytes:.1f} TB and {done.rated_seconds // 3600:,} hours are rated"


def _money(run: BillRun) -> Iterator[str]:
    done = billing.progress(run.pk)
    kinds = {kind: Document.objects.filter(run=run, kind=kind).count() for kind in ("invoice", "credit_note")}
    yield (
        f"Bills    {kinds['invoice']:,} invoices and {kinds['credit_note']} credit notes for "
        f"{done.customers} customers, {done.amount:,.2f} EUR with tax, {done.parked} parked"
    )
    for product, net, lines in billing.revenue_by_product(run.pk):
        yield f"         {PRODUCTS.get(product, product):<10} {net:>12,.2f} EUR net in {lines:,} lines"
    balance = sum(trial_balance().values(), Decimal(0))
    yield f"         the ledger's debits less credits are {balance:.2f}"


def _named_pdfs(home: Path, realm: Realm, archive: Archive) -> int:
    """Every drawn document once more under its number, for people who look into folders."""
    folder = home / "pdfs"
    folder.mkdir(exist_ok=True)
    count = 0
    for number, digest in Rendering.objects.values_list("document__number", "digest"):
        source, target = archive.path(realm.pk, bytes(digest)), folder / f"{number}.pdf"
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)
        count += 1
    return count


def _show_piece(home: Path) -> str:
    """The largest of the documents: it has everything on it."""
    found = sorted((home / "pdfs").glob("*.pdf"), key=lambda path: (-path.stat().st_size, path.name))
    return found[0].name if found else "none"
