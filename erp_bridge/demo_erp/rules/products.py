"""Products: numbers by category, home VAT, and the weight that deliveries are reckoned from."""

from datetime import datetime
from decimal import Decimal

from erp_bridge.demo_erp.money import CURRENCY
from erp_bridge.demo_erp.northwind import SourceProduct
from erp_bridge.demo_erp.records import Product
from erp_bridge.demo_erp.rules.countries import STANDARD_RATE

__all__ = ["product", "unit_weight"]


def product(source: SourceProduct, *, stamp: datetime) -> Product:
    return Product(
        id=str(source.id),
        number=f"{source.category_id}{source.id:03}",
        changed_at=stamp,
        name=source.name,
        description=f"{source.category}: {source.packing}",
        unit="pcs",
        unit_price=source.unit_price,
        currency=CURRENCY,
        vat_rate=STANDARD_RATE,
        is_active=not source.is_discontinued,
    )


def unit_weight(product_id: str | None) -> Decimal:
    """Kilograms of one piece: between 0.4 and 3.25 by its id, one for what has no product."""
    if product_id is None:
        return Decimal(1)
    return Decimal("0.4") + Decimal("0.15") * (int(product_id) * 7 % 20)
