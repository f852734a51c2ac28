from django.urls import path

from orders.views import office

# Numbers may hold slashes, so what follows a number comes before the number alone.
urlpatterns = [
    path("orders/", office.order_list, name="order-list"),
    path("orders/export.csv", office.order_export, name="order-export"),
    path(
        "orders/<path:number>/documents/<int:document_id>/",
        office.order_document,
        name="order-document",
    ),
    path("orders/<path:number>/confirmation.pdf", office.order_papers, name="order-papers"),
    path("deliveries/<path:number>.pdf", office.delivery_papers, name="delivery-papers"),
]
