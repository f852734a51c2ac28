from django.urls import path

from orders.views import office
from portal.lib.addresses import NUMBER

urlpatterns = [
    path("orders/", office.order_list, name="order-list"),
    path("orders/export.csv", office.order_export, name="order-export"),
    path(
        f"orders/{NUMBER}/documents/<int:document_id>/",
        office.order_document,
        name="order-document",
    ),
    path(f"orders/{NUMBER}/confirmation.pdf", office.order_papers, name="order-papers"),
    path(f"deliveries/{NUMBER}.pdf", office.delivery_papers, name="delivery-papers"),
]
