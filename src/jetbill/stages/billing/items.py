"""The kernel's Item as text at rest: equal items are equal texts, so that each is read once per process."""

import json
from decimal import Decimal
from functools import lru_cache

from jetbill.kernel.proposal.lines import Item, LineKind


@lru_cache(maxsize=50_000)
def written(item: Item) -> str:
    """An item as a JSON list, in the order of its fields; decimals keep their digits as text."""
    price = None if item.unit_price is None else str(item.unit_price)
    return json.dumps(
        [
            item.kind.value,
            item.name,
            item.product,
            item.tax_class,
            item.category,
            str(item.percent),
            item.reason,
            item.plan,
            item.book,
            item.version,
            price,
            item.unit,
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )


@lru_cache(maxsize=50_000)
def read(text: str) -> Item:
    """The item that `written` wrote."""
    kind, name, product, tax_class, category, percent, *rest = json.loads(text)
    reason, plan, book, version, price, unit = rest
    return Item(
        LineKind(kind),
        name,
        product,
        tax_class,
        category,
        Decimal(percent),
        reason,
        plan,
        book,
        version,
        None if price is None else Decimal(price),
        unit,
    )
