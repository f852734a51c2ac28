from django.urls import path

from orders.views import customer

# Numbers may hold slashes, so what follows a number comes before the number alone.
urlpatterns = [
    path("orders/", customer.order_list, name="order-list"),
    path("orders/export.csv", customer.order_export, name="order-export"),
    path(
        "orders/<path:number>/documents/<int:document_id>/",
        customer.order_document,
        name="order-document",
    ),
    path("orders/<path:number>/confirmation.pdf", customer.order_papers, name="order-papers"),
    path("deliveries/<path:number>.pdf", customer.delivery_papers, name="delivery-papers"),
]
