"""What somebody wants ordered or priced, in plain values: what a form, an ERP or a file says.

Whoever reads a channel checks and cleans; a wish is taken as it is. Weights are in kg, lengths in
cm, volumes in m³, temperatures in °C; times carry their zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from orders.states import OrderOrigin, RequestKind

__all__ = ["GoodsWish", "ProductWish", "StopWish", "Wish"]


@dataclass(frozen=True, kw_only=True, slots=True)
class StopWish:
    kind: str
    name: str = ""
    street: str = ""
    street_2: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""
    day: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    reference: str = ""
    access_note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class GoodsWish:
    """`loaded_at` and `unloaded_at` are positions of the wish's stops, counted from 1."""

    quantity: Decimal
    package: str
    description: str = ""
    marks: str = ""
    gross_weight: Decimal | None = None
    length: int | None = None
    width: int | None = None
    height: int | None = None
    volume: Decimal | None = None
    loading_metres: Decimal | None = None
    is_stackable: bool = False
    is_dangerous: bool = False
    un_number: str = ""
    shipping_name: str = ""
    hazard_class: str = ""
    packing_group: str = ""
    tunnel_code: str = ""
    is_limited_quantity: bool = False
    lowest_temperature: Decimal | None = None
    highest_temperature: Decimal | None = None
    loaded_at: int | None = None
    unloaded_at: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProductWish:
    product_id: int
    quantity: Decimal


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """`sent_key` is made once for a form or message: the same key twice is the same wish."""

    sent_key: UUID
    kind: RequestKind
    origin: OrderOrigin
    customer_id: int
    payer_id: int | None = None
    order_type_id: int | None = None
    contact_name: str
    contact_email: str
    contact_phone: str = ""
    language: str
    confirm_by: str = "email"
    customer_reference: str = ""
    payer: str = "orderer"
    payer_note: str = ""
    note_to_planner: str = ""
    note_to_driver: str = ""
    note_on_invoice: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    stops: Sequence[StopWish] = ()
    goods: Sequence[GoodsWish] = ()
    products: Sequence[ProductWish] = ()
    # (stored file's key, name)
    attachments: Sequence[tuple[int, str]] = ()
