"""The writing operations. Each is one transaction and happens once for each key."""

from erp_bridge.demo_erp.writing.customers import put_customer
from erp_bridge.demo_erp.writing.money import apply_credit, post_receipt, refund
from erp_bridge.demo_erp.writing.once import Write
from erp_bridge.demo_erp.writing.orders import cancel_order, change_order, put_order

__all__ = ["WRITES"]

WRITES: dict[str, Write] = {
    "PutCustomer": put_customer,
    "PutOrder": put_order,
    "ChangeOrder": change_order,
    "CancelOrder": cancel_order,
    "PostReceipt": post_receipt,
    "ApplyCredit": apply_credit,
    "Refund": refund,
}
