from django.urls import path

from orders.views import (
    incoming,
    offer_texts,
    office,
    office_changes,
    office_confirming,
    office_offers,
    order_links,
)
from portal.lib.addresses import NUMBER

urlpatterns = [
    path("orders/", office.order_list, name="order-list"),
    path("orders/export.csv", office.order_export, name="order-export"),
    path("orders/confirm/", office_confirming.orders_confirm, name="orders-confirm"),
    path("orders/email/", office.order_email, name="order-email"),
    path(
        f"orders/{NUMBER}/documents/<int:document_id>/",
        office.order_document,
        name="order-document",
    ),
    path(
        f"orders/{NUMBER}/attachments/<int:attachment_id>/",
        office.order_attachment,
        name="order-attachment",
    ),
    path(f"orders/{NUMBER}/confirmation.pdf", office.order_papers, name="order-papers"),
    path(f"deliveries/{NUMBER}.pdf", office.delivery_papers, name="delivery-papers"),
    path("offers/", office_offers.offer_list, name="offer-list"),
    path(f"offers/{NUMBER}/begin/", office_offers.offer_begin, name="offer-begin"),
    path(f"offers/{NUMBER}/orders/", office_offers.orders_create, name="orders-create"),
    path(
        f"offers/{NUMBER}/versions/<int:version>.pdf",
        office_offers.offer_paper,
        name="offer-paper",
    ),
    path(f"offers/{NUMBER}/", office_offers.offer, name="offer"),
    path("requests/", incoming.request_list, name="request-list"),
    path("requests/act/", incoming.act, name="request-act"),
    path(f"requests/{NUMBER}/change/", office_changes.order_change, name="order-change"),
    path(
        f"requests/{NUMBER}/change/answer/",
        office_changes.order_change_answer,
        name="order-change-answer",
    ),
    path("order-links/", order_links.link_list, name="order-link-list"),
    path("order-links/new/", order_links.link_new, name="order-link-new"),
    path("order-links/<int:link_id>/", order_links.link, name="order-link"),
    path("order-links/<int:link_id>/qr.svg", order_links.link_qr, name="order-link-qr"),
    path("order-links/<int:link_id>/revoke/", order_links.link_revoke, name="order-link-revoke"),
    path("settings/offer-texts/", offer_texts.for_all, name="offer-texts"),
    path("settings/offer-texts/<slug:code>/", offer_texts.for_type, name="offer-texts-of-type"),
    path("settings/order-types/", order_links.type_list, name="order-type-list"),
    path("settings/order-types/new/", order_links.type_new, name="order-type-new"),
    path("settings/order-types/<slug:code>/", order_links.order_type, name="order-type"),
]
