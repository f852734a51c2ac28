"""Orders, what came with them, their deliveries and papers, and the products they are made of."""

from orders.models.attachment import OrderAttachment
from orders.models.count_change import CountChange
from orders.models.delivery import Delivery, Shipment
from orders.models.document import OrderDocument
from orders.models.draft import DraftFile, OrderDraft
from orders.models.event import OrderEvent
from orders.models.goods_line import GoodsLine
from orders.models.offer import Offer, OfferDecision, OfferLine, OfferVersion
from orders.models.offer_text import OfferText
from orders.models.order import Order, OrderLine
from orders.models.order_change import OrderChange
from orders.models.order_link import OrderLink
from orders.models.order_type import OrderType
from orders.models.presence import Presence
from orders.models.product import Product
from orders.models.request import OrderRequest
from orders.models.saved_address import SavedAddress
from orders.models.stop import OrderStop
from orders.models.template import OrderTemplate

__all__ = [
    "CountChange",
    "Delivery",
    "DraftFile",
    "GoodsLine",
    "Offer",
    "OfferDecision",
    "OfferLine",
    "OfferText",
    "OfferVersion",
    "Order",
    "OrderAttachment",
    "OrderChange",
    "OrderDocument",
    "OrderDraft",
    "OrderEvent",
    "OrderLine",
    "OrderLink",
    "OrderRequest",
    "OrderStop",
    "OrderTemplate",
    "OrderType",
    "Presence",
    "Product",
    "SavedAddress",
    "Shipment",
]
