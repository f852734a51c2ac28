from django.urls import path

from portal.urls import *  # noqa: F403
from portal.urls import urlpatterns
from tests.bench import floor

urlpatterns = [
    path("floor/<int:customer_id>/", floor.orders_of_customer, name="floor"),
    path("floor/", floor.all_orders, name="floor-office"),
    path("floor/requests/", floor.requests, name="floor-requests"),
    path("floor/invoices/<int:customer_id>/", floor.invoices_of_customer, name="floor-invoices"),
    path("floor/invoices/", floor.all_invoices, name="floor-office-invoices"),
    *urlpatterns,
]
