"""The papers under the private links of orders and offers."""

from django.urls import path

from orders.views import claiming, offer_link, own_order

urlpatterns = [
    path("<str:token>/claim/", claiming.ask, name="private-claim"),
    path(
        "<str:token>/confirmation.pdf", own_order.own_confirmation, name="private-confirmation-pdf"
    ),
    path("<str:token>/offer.pdf", offer_link.offer_pdf, name="private-offer-pdf"),
]
