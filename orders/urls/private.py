"""What stands under the private links of orders and offers: papers, changes."""

from django.urls import path

from orders.views import again, changing, claiming, offer_link, own_order

urlpatterns = [
    path("<str:token>/order-again/", again.order_again, name="private-order-again"),
    path("<str:token>/claim/", claiming.ask, name="private-claim"),
    path(
        "<str:token>/confirmation.pdf", own_order.own_confirmation, name="private-confirmation-pdf"
    ),
    path("<str:token>/change/", changing.own_change, name="private-order-change"),
    path("<str:token>/cancel/", changing.own_cancel, name="private-order-cancel"),
    path("<str:token>/withdraw/", changing.own_withdraw, name="private-order-withdraw"),
    path("<str:token>/offer.pdf", offer_link.offer_pdf, name="private-offer-pdf"),
]
