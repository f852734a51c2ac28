from django.urls import path

from orders.views import (
    address_book,
    changing,
    claiming,
    customer,
    new_order,
    order_templates,
    own_offer,
)
from portal.lib.addresses import NUMBER

urlpatterns = [
    path("orders/", customer.order_list, name="order-list"),
    path("orders/found/", claiming.found, name="orders-found"),
    path("orders/export.csv", customer.order_export, name="order-export"),
    path("orders/email/", customer.order_email, name="order-email"),
    path("orders/new/", new_order.start, name="order-new"),
    path("orders/new/form/", new_order.order_form, name="order-form"),
    path("orders/new/review/", new_order.review, name="order-form-review"),
    path("orders/new/sent/", new_order.sent, name="order-form-sent"),
    path("orders/new/drafts/<int:draft_id>/delete/", new_order.give_up, name="draft-delete"),
    path(
        "orders/new/drafts/<int:draft_id>/stops/<int:stop>/",
        address_book.saved_for_stop,
        name="stop-addresses",
    ),
    path(
        "orders/new/drafts/<int:draft_id>/stops/<int:stop>/register/",
        address_book.register_for_stop,
        name="stop-addresses-register",
    ),
    path("orders/new/addresses/", address_book.saved, name="address-book"),
    path("orders/new/addresses/register/", address_book.register, name="address-book-register"),
    path("orders/new/addresses/<int:address_id>/", address_book.address, name="saved-address"),
    path("orders/new/templates/", order_templates.template_list, name="template-list"),
    path("orders/new/templates/new/", order_templates.template_new, name="template-new"),
    path("orders/new/templates/<int:template_id>/", order_templates.template, name="template"),
    path(
        f"orders/{NUMBER}/documents/<int:document_id>/",
        customer.order_document,
        name="order-document",
    ),
    path(
        f"orders/{NUMBER}/attachments/<int:attachment_id>/",
        customer.order_attachment,
        name="order-attachment",
    ),
    path(f"orders/{NUMBER}/confirmation.pdf", customer.order_papers, name="order-papers"),
    path(f"orders/{NUMBER}/offer/", own_offer.offer, name="offer"),
    path(
        f"orders/{NUMBER}/offer/versions/<int:version>.pdf",
        own_offer.offer_paper,
        name="offer-paper",
    ),
    path(f"orders/{NUMBER}/change/", changing.order_change, name="order-change"),
    path(f"orders/{NUMBER}/cancel/", changing.order_cancel, name="order-cancel"),
    path(f"orders/{NUMBER}/withdraw/", changing.order_withdraw, name="order-withdraw"),
    path(f"deliveries/{NUMBER}.pdf", customer.delivery_papers, name="delivery-papers"),
]
