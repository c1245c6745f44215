"""What a document is drawn from: the frozen values of one invoice, credit note, receipt or statement.

A view holds values and label keys, never formatted text: money and quantities as Decimal, days as `date`,
periods half open. `canonical.encode` turns it into the JSON that is stored and digested; `render` draws it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum


class State(StrEnum):
    """How binding a document is; all but ISSUED are printed across the page."""

    DRAFT = "draft"
    PREVIEW = "preview"
    SAMPLE = "sample"
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text of the label files, by key; values are canonical text: "2026-11-01", "611",
    "2026-11-01/2026-12-01".
    """

    key: str
    values: Mapping[str, str] = field(default_factory=dict)


PARTS = ("chart", "months", "advert", "slip", "details", "arcs", "gradients")
"""What a brand may switch off."""
Text = str | Phrase
"""A literal text (a name somebody typed) or a phrase that documents translates."""


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, half open: `start` is inside, `end` is the first day after it."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class TaxId:
    """`scheme` is "vat" (printed and BT-31/48), "tax" (national tax number, BT-32) or "company" (register,
    BT-30).
    """

    scheme: str
    value: str


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer as of the day of issue.

    `lines` are the address lines as printed, without name and country; the single fields feed the XML.
    `country` is ISO 3166 alpha-2. `endpoint` is the electronic address with its EAS scheme: ("0088",
    "4012345000009").
    """

    name: str
    country: str
    lines: tuple[str, ...] = ()
    street: str = ""
    city: str = ""
    postcode: str = ""
    tax_ids: tuple[TaxId, ...] = ()
    email: str = ""
    phone: str = ""
    website: str = ""
    endpoint: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asset:
    """A sanitised file of the brand folder, `<sha256>.svg|png|jpg`; `alt` says it in words (PDF/UA asks for
    it).
    """

    name: str
    alt: str


@dataclass(frozen=True, slots=True)
class Brand:
    """How a realm looks. Everything else is derived from `primary` and `accent` ("#rrggbb").

    `contact` are the small words under the logo; `hidden` switches PARTS off; `labels` replaces texts of the
    label files, "tax.S" in every language, "tax.S@de" in one; `watermark` is the realm's own decoration on
    issued documents.
    """

    name: str
    primary: str = "#1b3a8f"
    accent: str = "#37dec5"
    logo: Asset | None = None
    paper: str = "a4"
    contact: tuple[str, ...] = ()
    footer: str = ""
    watermark: str = ""
    hidden: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One charged line. `amount` is what is printed and summed; `net` only where printed prices include tax.

    `unit` is a name of kernel.units or "" for pieces; `tax` names the TaxRow it belongs to. Without
    `details` the period is printed there.
    """

    text: Text
    amount: Decimal
    tax: str
    details: Text = ""
    period: Span | None = None
    quantity: Decimal | None = None
    unit: str = ""
    unit_price: Decimal | None = None
    net: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Lines under one heading; usual headings are the phrases group.recurring, group.usage, group.one_off."""

    text: Text
    amount: Decimal
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One row of the tax summary. `category` is UNCL 5305 (S, Z, E, AE, K, G, O); `rate` in percent.

    `reason` is the ground of an exemption as text, needed for E, AE, K, G and O.
    """

    code: str
    category: str
    rate: Decimal
    base: Decimal
    amount: Decimal
    text: Text = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """net + tax = total; total - prepaid is due for this document; amount_due = that + previous_balance +
    payments.

    `payments` is negative when money came in. Without an account (previous_balance None) nothing is carried.
    """

    net: Decimal
    tax: Decimal
    total: Decimal
    amount_due: Decimal
    prepaid: Decimal = Decimal(0)
    previous_balance: Decimal | None = None
    payments: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a stacked chart: a value per day, in the chart's unit."""

    text: Text
    values: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Meter:
    """An allowance: what was used of what is included, in the chart's unit."""

    used: Decimal
    included: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """Usage per day from `start`, one or two series of equal length; `unit` is printed behind the figures
    ("GB").
    """

    text: Text
    unit: str
    start: date
    series: tuple[Series, ...]
    meter: Meter | None = None


@dataclass(frozen=True, slots=True)
class Month:
    """What was invoiced in the month that begins on `first`."""

    first: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Advert:
    """Chosen for this customer before freezing; `image` fills the background."""

    heading: Text
    text: Text
    action: str = ""
    image: Asset | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    """How to pay, with the payload of kernel.payment_slips; `scheme` is "epc", "swiss" or "spayd"."""

    scheme: str
    payload: str
    name: str
    iban: str
    reference: str
    amount: Decimal
    bic: str = ""
    name_lines: tuple[str, ...] = ()
    payer_lines: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class ItemisedGroup:
    """The rows of one number or login, with their sum. A row holds canonical text, one cell per column."""

    identifier: str
    name: str
    amount: Decimal
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Itemised:
    """An itemised list. `columns` are names of documents.columns: day, time, from, to, destination,
    duration, amount…
    """

    text: Text
    columns: tuple[str, ...]
    groups: tuple[ItemisedGroup, ...]


@dataclass(frozen=True, slots=True)
class Annex:
    """The itemised lists of one document: inside its view, or beside it as a JSON document of its own."""

    lists: tuple[Itemised, ...]


@dataclass(frozen=True, slots=True)
class TaxProfile:
    """Present where the realm wants EN 16931 XML inside its PDF (Factur-X). Codes are those of the
    standard.
    """

    customization: str = "urn:cen.eu:en16931:2017"
    buyer_reference: str = ""
    order_reference: str = ""
    payment_means: str = "58"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What all four have in common. `locale` is a CLDR name ("en_IE", "ar_AE"); `customer` the customer's
    number.
    """

    state: State
    number: str
    date: date
    locale: str
    currency: str
    customer: str
    seller: Party
    buyer: Party
    brand: Brand


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice(Document):
    """An invoice. A draft has number "" and the date it was proposed for; `issue` adds what issuing
    decides.
    """

    groups: tuple[Group, ...]
    taxes: tuple[TaxRow, ...]
    totals: Totals
    due: date | None = None
    period: Span | None = None
    chart: Chart | None = None
    months: tuple[Month, ...] = ()
    advert: Advert | None = None
    slip: Slip | None = None
    note: Text = ""
    annex: Annex | None = None
    profile: TaxProfile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNote(Document):
    """Reduces an issued invoice: amounts are positive and say what is given back."""

    corrects: str
    corrects_date: date
    groups: tuple[Group, ...]
    taxes: tuple[TaxRow, ...]
    totals: Totals
    period: Span | None = None
    note: Text = ""
    annex: Annex | None = None
    profile: TaxProfile | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """An invoice that a payment went to; `open` is what is left of it."""

    number: str
    date: date
    total: Decimal
    paid: Decimal
    open: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(Document):
    """Acknowledges a payment; `method` is a phrase such as method.transfer, method.card, method.cash."""

    amount: Decimal
    method: Text
    reference: str = ""
    received: date | None = None
    settled: tuple[Settled, ...] = ()
    unallocated: Decimal = Decimal(0)
    balance: Decimal | None = None
    note: Text = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a statement: exactly one of debit and credit is filled; `balance` is what is owed after it."""

    date: date
    text: Text
    number: str
    balance: Decimal
    debit: Decimal | None = None
    credit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Ageing:
    """What is open, by days overdue: not due, 1–30, 31–60, 61–90, more."""

    current: Decimal
    days_30: Decimal
    days_60: Decimal
    days_90: Decimal
    older: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement(Document):
    """Lists a period of a customer's account."""

    period: Span
    opening: Decimal
    closing: Decimal
    entries: tuple[Entry, ...]
    ageing: Ageing | None = None
    slip: Slip | None = None
    note: Text = ""


View = Invoice | CreditNote | Receipt | Statement


def issue(draft: Invoice, number: str, on: date, due: date | None, slip: Slip | None) -> Invoice:
    """The draft with what issuing decides; nothing else of it changes."""
    return replace(draft, state=State.ISSUED, number=number, date=on, due=due, slip=slip)
