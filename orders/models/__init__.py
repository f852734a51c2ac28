"""Orders, their deliveries and papers, and the products they are made of."""

from orders.models.delivery import Delivery, Shipment
from orders.models.document import OrderDocument
from orders.models.event import OrderEvent
from orders.models.order import Order, OrderLine
from orders.models.product import Product

__all__ = ["Delivery", "Order", "OrderDocument", "OrderEvent", "OrderLine", "Product", "Shipment"]
