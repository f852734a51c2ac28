from django.urls import path

from orders.views import changing, claiming, customer
from portal.lib.addresses import NUMBER

urlpatterns = [
    path("orders/", customer.order_list, name="order-list"),
    path("orders/found/", claiming.found, name="orders-found"),
    path("orders/export.csv", customer.order_export, name="order-export"),
    path("orders/email/", customer.order_email, name="order-email"),
    path(
        f"orders/{NUMBER}/documents/<int:document_id>/",
        customer.order_document,
        name="order-document",
    ),
    path(f"orders/{NUMBER}/confirmation.pdf", customer.order_papers, name="order-papers"),
    path(f"orders/{NUMBER}/change/", changing.order_change, name="order-change"),
    path(f"orders/{NUMBER}/cancel/", changing.order_cancel, name="order-cancel"),
    path(f"orders/{NUMBER}/withdraw/", changing.order_withdraw, name="order-withdraw"),
    path(f"deliveries/{NUMBER}.pdf", customer.delivery_papers, name="delivery-papers"),
]
