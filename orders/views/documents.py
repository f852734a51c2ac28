"""Opening the papers of orders and deliveries.

Where several sources gave one number, the address's `source` says which one is meant.
"""

from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.services.papers import NotPrinted
from accounts.views.documents import open_document, open_one_of
from accounts.views.sending import email_documents
from orders.documents import (
    SOURCE,
    confirmation_lines,
    delivery_lines,
    notes_among,
    subjects,
)
from orders.models import OrderDocument
from orders.services import papers
from portal.lib import files

__all__ = [
    "email_confirmations",
    "open_attachment",
    "open_confirmation",
    "open_delivery_papers",
]


def open_attachment(request, attachment):
    """The bytes as they came; nobody can make lost ones anew."""
    try:
        return files.serve(
            request,
            attachment.file.content,
            name=attachment.name,
            media_type=attachment.file.media_type,
            size=attachment.file.size,
            sha256=attachment.file.sha256,
            modified=attachment.file.created_at,
        )
    except FileNotFoundError:
        raise Http404 from None


def open_confirmation(request, orders, *, audience, trail):
    """The confirmation of an order, the ERP's or one that the portal prints; or its other papers.

    The list of several where there are, a page that says so where there is none.
    """
    orders = sorted(_meant(request, orders), key=lambda order: (order.ordered_at, order.pk))
    if len(orders) == 1:
        found = papers.confirmations(orders[0].pk, timezone.now())
        if len(found) == 1:
            return open_document(request, found[0], trail=trail)
    own = {order: list(order.documents.of_order_itself()) for order in orders}
    return open_one_of(
        request,
        [each for documents in own.values() for each in papers.confirmations_among(documents)],
        lines=[
            line
            for order, documents in own.items()
            for line in confirmation_lines(order, documents, audience=audience)
        ],
        trail=trail,
        heading=_("Documents of order %(number)s") % {"number": orders[0].number},
    )


def email_confirmations(request, orders, *, is_office, audience, trail):
    """The page from which the confirmations of these orders are sent."""
    orders = sorted(orders, key=lambda order: (order.ordered_at, order.pk), reverse=True)
    back = reverse(f"{audience}:order-list")
    if len(orders) == 1:
        back = reverse(f"{audience}:order-page", args=[orders[0].number])
        trail = [*trail, (orders[0].number, back)]
    return email_documents(
        request,
        source=SOURCE,
        subjects=subjects(orders),
        is_office=is_office,
        trail=trail,
        back=back,
    )


def open_delivery_papers(request, deliveries, *, audience, trail):
    """The papers of a delivery of `with_papers`; with `kind` in the address its note alone.

    The note is the ERP's or one that the portal prints.
    """
    deliveries = _meant(request, deliveries)
    wants_note = request.GET.get("kind") == OrderDocument.Kind.DELIVERY_NOTE
    found: list[OrderDocument] = []
    for delivery in deliveries:
        documents = list(delivery.documents.all())
        notes = notes_among(documents)
        others = [each for each in documents if each.kind != OrderDocument.Kind.DELIVERY_NOTE]
        found += notes if wants_note else [*notes, *others]
    if len(deliveries) == 1 and all(each.is_ours for each in found):
        try:
            document = papers.want_delivery_note(delivery_id=deliveries[0].pk, now=timezone.now())
        except NotPrinted:
            pass
        else:
            return open_document(request, document, trail=trail)
    return open_one_of(
        request,
        found,
        lines=[line for each in deliveries for line in delivery_lines(each, audience=audience)],
        trail=trail,
        heading=_("Documents of delivery %(number)s") % {"number": deliveries[0].number},
    )


def _meant(request, found):
    source = request.GET.get("source")
    return [each for each in found if each.source == source] or found
