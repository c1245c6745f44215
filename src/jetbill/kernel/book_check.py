"""Is this price book sound? A book with an error is neither taken nor published.

What a dataclass refuses by itself (bands out of order, a step of 0 seconds) never comes this far.
"""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from jetbill.kernel.book import Fee, Offer, Plan, PriceBook, TaxRate
from jetbill.kernel.bound_check import bound_findings
from jetbill.kernel.currencies import EXPONENTS
from jetbill.kernel.finding import Finding, Severity, error, unknown, warning
from jetbill.kernel.promotion_check import promotion_findings
from jetbill.kernel.tariff_check import calendar_findings, charge_findings, deck_findings

TAX_CATEGORIES = {
    "S": "standard or reduced rate",
    "Z": "zero rate",
    "E": "exempt",
    "AE": "reverse charge",
    "K": "supply inside the EU",
    "G": "export",
    "O": "outside the scope of tax",
}
"""Codes of EN 16931 (BT-151); only S carries a rate above 0."""


def check(book: PriceBook) -> tuple[Finding, ...]:
    """All findings, errors first, otherwise in the order of the book."""
    found = [
        *_head(book),
        *_taxes(book.taxes),
        *calendar_findings(book),
        *deck_findings(book),
        *_plans(book),
        *bound_findings(book),
        *_bundles(book),
        *_unused(book),
        *promotion_findings(book),
    ]
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.ERROR))


def _head(book: PriceBook) -> Iterator[Finding]:
    if book.currency not in EXPONENTS:
        yield error("currency", f'"{book.currency}" is not a currency of ISO 4217 such as EUR')
    if not book.plans:
        yield error("plans", "the book has no plans")


def _taxes(taxes: tuple[TaxRate, ...]) -> Iterator[Finding]:
    seen: set[tuple[object, ...]] = set()
    numbers: Counter[str] = Counter()
    for tax in taxes:
        numbers[tax.tax_class] += 1
        path = f"taxes.{tax.tax_class}.{numbers[tax.tax_class]}"
        key = (tax.tax_class, tax.country, tax.effective)
        if key in seen:
            where = f" in {tax.country}" if tax.country else ""
            when = f" from {tax.effective}" if tax.effective.year > 1 else ""
            yield error(
                path,
                f'the tax class "{tax.tax_class}" has two rates{where}{when}',
                "give each a day of its own",
            )
        seen.add(key)
        yield from _tax(tax, path)


def _tax(tax: TaxRate, path: str) -> Iterator[Finding]:
    if tax.category not in TAX_CATEGORIES:
        yield error(f"{path}.category", unknown("tax category", tax.category, TAX_CATEGORIES))
    elif tax.category != "S" and tax.percent:
        meaning = TAX_CATEGORIES[tax.category]
        yield error(
            f"{path}.percent",
            f"category {tax.category} ({meaning}) has no rate, but {tax.percent} % is given",
        )
    elif tax.category == "S" and not tax.percent:
        yield error(f"{path}.category", "category S needs a rate above 0", "write category Z, E or O")
    if not 0 <= tax.percent <= 100:
        yield error(f"{path}.percent", f"{tax.percent} is not a rate per hundred", "write 20 for 20 %")


def _plans(book: PriceBook) -> Iterator[Finding]:
    tax_classes = {tax.tax_class for tax in book.taxes}
    for code, plan in book.plans.items():
        path = f"plans.{code}"
        if not plan.fees and not plan.charges:
            yield warning(path, f'the plan "{code}" costs nothing', "give it a fee or a charge")
        if all(fee.every is None for fee in plan.fees) and plan.fees and not plan.charges:
            yield warning(path, f'the plan "{code}" has one-off fees only', "add a recurring fee")
        yield from _codes(plan, path)
        for fee in plan.fees:
            yield from _fee(fee, f"{path}.fees.{fee.code}", tax_classes, book.currency)
        for charge in plan.charges:
            place = f"{path}.charges.{charge.code}"
            yield from _classed(charge.tax_class, charge.product, place, tax_classes)
            yield from charge_findings(charge, place, book)


def _codes(plan: Plan, path: str) -> Iterator[Finding]:
    """A line of a bill is found by the code of its fee or charge, so no two in a plan are equal."""
    codes = Counter([*(fee.code for fee in plan.fees), *(charge.code for charge in plan.charges)])
    for code, count in codes.items():
        if count > 1:
            group = "charges" if any(charge.code == code for charge in plan.charges) else "fees"
            yield error(
                f"{path}.{group}.{code}", f'the code "{code}" is used {count} times in the plan', "rename one"
            )


def _fee(fee: Fee, path: str, tax_classes: set[str], currency: str) -> Iterator[Finding]:
    yield from _classed(fee.tax_class, fee.product, path, tax_classes)
    if fee.price < 0:
        yield warning(
            f"{path}.price", f"the fee is negative: {fee.price}", "a discount is a happening of its own"
        )
    digits = EXPONENTS.get(currency)
    if digits is not None and _decimals(fee.price) > digits:
        yield warning(
            f"{path}.price",
            f"{fee.price} has more decimals than {currency} has ({digits}), so every line is rounded",
        )
    if fee.every is not None and fee.every.count < 1:
        yield error(f"{path}.every", "a period has at least one day, week or month")
    if fee.phases and fee.every is None:
        yield error(f"{path}.phases", "a fee that is charged once has no phases", "leave them out")
    for number, phase in enumerate(fee.phases, 1):
        if phase.price < 0 or phase.lasts.count < 1:
            yield error(f"{path}.phases.{number}", "a phase costs 0 or more, and lasts a day at least")


def _classed(tax_class: str, product: str, path: str, tax_classes: set[str]) -> Iterator[Finding]:
    if tax_class not in tax_classes:
        yield error(f"{path}.tax_class", unknown("tax class", tax_class, sorted(tax_classes)))
    if not product:
        yield warning(path, "there is no product code", "write product:, revenue is told by product")


def _bundles(book: PriceBook) -> Iterator[Finding]:
    for code, bundle in book.bundles.items():
        path = f"bundles.{code}"
        if not bundle.offers:
            yield error(f"{path}.offers", f'the bundle "{code}" offers no plan', "name at least one")
        seen: set[str] = set()
        for number, offer in enumerate(bundle.offers, 1):
            place = f"{path}.offers.{number}"
            if offer.plan not in book.plans:
                yield error(f"{place}.plan", unknown("plan", offer.plan, book.plans))
            if offer.plan in seen:
                yield error(
                    f"{place}.plan", f'the plan "{offer.plan}" is offered twice', "raise max_instances"
                )
            if offer.max_instances < 1:
                yield error(f"{place}.max_instances", "is below 1, so nobody can take the plan")
            seen.add(offer.plan)
        chosen = Counter(
            each.group for each in bundle.offers if each.offer is Offer.RADIO and each.is_selected
        )
        for group, count in chosen.items():
            if count > 1:
                yield warning(
                    f"{path}.offers",
                    f'{count} plans of the group "{group}" are selected, but they exclude each other',
                    "write selected: no with all but one",
                )


def _unused(book: PriceBook) -> Iterator[Finding]:
    sold = {offer.plan for bundle in book.bundles.values() if bundle.is_active for offer in bundle.offers}
    for code, plan in book.plans.items():
        if plan.is_active and code not in sold:
            yield warning(
                f"plans.{code}",
                f'nobody can buy the plan "{code}": no active bundle offers it',
                "offer it in one",
            )
    charges = [charge for plan in book.plans.values() for charge in plan.charges]
    for kind, named, used in (
        ("decks", book.decks, {charge.deck for charge in charges}),
        ("calendars", book.calendars, {charge.calendar for charge in charges}),
    ):
        for code in named:
            if code not in used:
                yield warning(f"{kind}.{code}", f'no charge uses "{code}"')


def _decimals(price: Decimal) -> int:
    # 31.000 is worth no more than 31.00
    exponent = price.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return max(0, -exponent)
