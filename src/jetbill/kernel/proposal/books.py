"""The price books of a run, looked up by what a subscription chose: its fee, its setup fees, its charges.

Made once and used for every customer, so that answers are remembered.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

from jetbill.kernel.book import Fee, Plan, PriceBook, TaxRate, Tempo, UsageCharge
from jetbill.kernel.book_versions import Day, turning_days, version_for
from jetbill.kernel.charge_models import charge_model
from jetbill.kernel.promotions import Promotion, automatic
from jetbill.kernel.proposal.account import Unbillable
from jetbill.kernel.proposal.lines import Item, LineKind
from jetbill.kernel.terms import CustomerTerms

T = TypeVar("T")
EXEMPT = "E"
KEPT = 10_000
EVERY_CLASS = "*"


class Tax(NamedTuple):
    """The tax of a line as EN 16931 names it."""

    category: str
    percent: Decimal
    reason: str = ""


class Chosen(NamedTuple):
    """A plan by its code, in a version of a book."""

    book: PriceBook
    plan: str

    def name(self) -> tuple[str, int, str]:
        """What stands for it where answers are remembered."""
        return self.book.code, self.book.version, self.plan


class Books:
    """Every published version of the price books of a realm; may be pickled."""

    def __init__(self, versions: Sequence[PriceBook]) -> None:
        self.versions = tuple(versions)
        self._by_code: dict[str, list[PriceBook]] = {}
        for each in self.versions:
            self._by_code.setdefault(each.code, []).append(each)
        self._numbered = {(each.code, each.version): each for each in self.versions}
        self._known: dict[Any, Any] = {}
        """Answers that depend on the books alone: a run asks the same for every customer."""
        self._kept: dict[Any, Any] = {}
        charges = [charge for each in versions for plan in each.plans.values() for charge in plan.charges]
        self.has_flat_fees = any(map(_costs_at_zero, charges))
        """Whether any charge costs something without any use."""
        self.has_commitments = any(charge.commitment for charge in charges)
        self._promotions = {(each.code, each.version): automatic(each.promotions) for each in versions}
        self.has_promotions = any(self._promotions.values())
        """Whether any version takes something off by itself."""
        self.has_bundle_discounts = any(each.beside for found in self._promotions.values() for each in found)
        """Whether one plan makes another one cheaper."""

    def __reduce__(self) -> tuple[type["Books"], tuple[tuple[PriceBook, ...]]]:
        return Books, (self.versions,)

    def remembered(self, name: tuple[Any, ...], answer: Callable[[], T]) -> T:
        """The answer that goes by a name, worked out once; the name holds all that it depends on."""
        if name not in self._known:
            self._known[name] = answer()
        found: T = self._known[name]
        return found

    def known(self, name: tuple[Any, ...]) -> Any:
        """What was kept under a name; None if nothing was."""
        return self._kept.get(name)

    def keep(self, name: tuple[Any, ...], answer: T) -> T:
        """Keep an answer under a name that holds all that it depends on; not more than `KEPT` of them."""
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[name] = answer
        return answer

    def of(self, code: str) -> list[PriceBook]:
        """The versions of a book."""
        if code not in self._by_code:
            raise Unbillable("book_unknown", f'there is no price book "{code}"')
        return self._by_code[code]

    def first(self) -> PriceBook:
        """The book that prices what belongs to no subscription, in its latest version."""
        if not self.versions:
            raise Unbillable("book_unknown", "there is no price book")
        return self.of(self.versions[0].code)[-1]

    def numbered(self, code: str, version: int) -> PriceBook:
        """A version by its number."""
        found = self._numbered.get((code, version))
        if found is None:
            raise Unbillable("book_unknown", f'there is no version {version} of price book "{code}"')
        return found

    def version(self, code: str, day: Day) -> PriceBook:
        """The version that holds on a day; the latest of those that reach it."""
        versions = self.of(code)
        if len(versions) == 1 and versions[0].effective <= day.opened:
            return versions[0]
        found = version_for(versions, day)
        if found is None:
            raise Unbillable("book_unknown", f'no version of price book "{code}" holds on {day.on}')
        return found

    def promotions(self, code: str, version: int) -> tuple[Promotion, ...]:
        """What a version takes off without a coupon, in order."""
        return self._promotions.get((code, version), ())

    def turning_days(self, code: str) -> tuple[date, ...]:
        """Days on which prices change inside periods."""
        versions = self.of(code)
        return turning_days(versions) if len(versions) > 1 else ()

    def fee(self, chosen: Chosen, code: str) -> Fee | None:
        """The recurring fee `code` of a plan; "" is the only one, None if there is none."""
        name = ("fee", *chosen.name(), code)
        if name not in self._known:
            self._known[name] = _fee(chosen, code)
        found: Fee | None = self._known[name]
        return found

    def setup_fees(self, chosen: Chosen) -> tuple[Fee, ...]:
        """The one-off fees of a plan."""
        name = ("setup", *chosen.name())
        if name not in self._known:
            self._known[name] = tuple(fee for fee in _plan(chosen).fees if fee.every is None)
        found: tuple[Fee, ...] = self._known[name]
        return found

    def charge(self, chosen: Chosen, code: str) -> UsageCharge:
        """The usage charge `code` of a plan."""
        name = ("charge", *chosen.name(), code)
        if name not in self._known:
            self._known[name] = _charge(chosen, code)
        found: UsageCharge = self._known[name]
        return found

    def zero_charges(self, chosen: Chosen) -> tuple[UsageCharge, ...]:
        """The charges that cost something without any use: a flat fee of a first band, a minimum."""
        name = ("zero", *chosen.name())
        if name not in self._known:
            self._known[name] = tuple(each for each in _plan(chosen).charges if _costs_at_zero(each))
        found: tuple[UsageCharge, ...] = self._known[name]
        return found

    def charge_item(self, chosen: Chosen, charge: UsageCharge, tax: Tax) -> Item:
        """What a usage charge's line remembers."""
        name = ("use", *chosen.name(), charge.code, tax)
        if name not in self._known:
            source = (chosen.plan, chosen.book.code, chosen.book.version)
            price = getattr(charge.params, "unit_price", None)
            self._known[name] = Item(
                LineKind.USAGE,
                charge.name,
                charge.product,
                charge.tax_class,
                *tax,
                *source,
                unit_price=price if isinstance(price, Decimal) else None,
                unit=charge.unit.told(chosen.book.currency),
            )
        found: Item = self._known[name]
        return found

    def fee_item(self, chosen: Chosen, fee: Fee, tax: Tax) -> Item:
        """What a fee's line remembers."""
        name = ("item", *chosen.name(), fee.code, fee.price, tax)
        if name not in self._known:
            kind = LineKind.SETUP if fee.every is None else LineKind.FEE
            source = (chosen.plan, chosen.book.code, chosen.book.version)
            self._known[name] = Item(
                kind, fee.name, fee.product, fee.tax_class, *tax, *source, unit_price=fee.price
            )
        found: Item = self._known[name]
        return found

    def tax(self, book: PriceBook, tax_class: str, customer: CustomerTerms, on: date) -> Tax:
        """The tax of a class for a customer on day `on`: exempt, his country's rate, or the general one."""
        name = ("tax", book.code, book.version, tax_class, customer.country, customer.tax_exempt, on)
        if name not in self._known:
            self._known[name] = _tax(book, tax_class, customer, on)
        found: Tax = self._known[name]
        return found


def _plan(chosen: Chosen) -> Plan:
    found = chosen.book.plans.get(chosen.plan)
    if found is None:
        raise Unbillable("plan_unknown", f'price book "{chosen.book.code}" has no plan "{chosen.plan}"')
    return found


def _fee(chosen: Chosen, code: str) -> Fee | None:
    recurring = [fee for fee in _plan(chosen).fees if fee.every is not None and code in ("", fee.code)]
    if len(recurring) == 1:
        return recurring[0]
    if code or recurring:
        raise Unbillable("fee_unknown", f'plan "{chosen.plan}" has not exactly one fee "{code}" to choose')
    return None


def _charge(chosen: Chosen, code: str) -> UsageCharge:
    for charge in _plan(chosen).charges:
        if charge.code == code:
            return charge
    raise Unbillable(
        "plan_unknown", f'plan "{chosen.plan}" of book "{chosen.book.code}" has no charge "{code}"'
    )


def _costs_at_zero(charge: UsageCharge) -> bool:
    if charge.commitment.minimum:
        return True
    if charge.tempo is not Tempo.PERIOD:
        return False
    return charge_model(charge.model).price(Fraction(0), charge.params).amount != 0


def _tax(book: PriceBook, tax_class: str, customer: CustomerTerms, on: date) -> Tax:
    for exempt, reason in customer.tax_exempt:
        if exempt in (tax_class, EVERY_CLASS):
            return Tax(EXEMPT, Decimal(0), reason)
    rates = [rate for rate in book.taxes if rate.tax_class == tax_class and rate.effective <= on]
    for country in (customer.country, ""):
        fitting = [rate for rate in rates if rate.country == country]
        if fitting:
            return _latest(fitting)
    raise Unbillable("tax_unknown", f'price book "{book.code}" has no tax "{tax_class}" on {on}')


def _latest(rates: Sequence[TaxRate]) -> Tax:
    rate = max(rates, key=lambda each: each.effective)
    return Tax(rate.category, rate.percent)
