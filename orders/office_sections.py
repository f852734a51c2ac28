from django.utils.translation import gettext_lazy as _

from accounts.office_sections import OfficeSection
from accounts.sections import Section

__all__ = ["SECTIONS"]

SECTIONS = [
    OfficeSection(
        "orders",
        _("Orders and deliveries"),
        display=(
            "orders.view_order",
            "orders.view_orderrequest",
            "orders.view_delivery",
            "orders.view_product",
        ),
        process=("orders.change_order", "orders.change_orderrequest", "orders.change_delivery"),
        opens_on_display=(Section.ORDERS,),
        opens_on_process=(Section.PLACE_ORDERS,),
    ),
    OfficeSection(
        "offers",
        _("Offers"),
        display=("orders.view_offer", "orders.view_offertext"),
        process=("orders.change_offer", "orders.change_offertext"),
    ),
    OfficeSection(
        "order_links",
        _("Order links"),
        display=("orders.view_orderlink",),
        process=("orders.change_orderlink",),
    ),
    OfficeSection(
        "order_types",
        _("Order types"),
        display=("orders.view_ordertype",),
        process=("orders.change_ordertype",),
    ),
]
