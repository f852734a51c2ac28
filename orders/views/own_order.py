"""What a private link shows of one order: to whoever has it, without an account."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.models import DocumentState, PrivateLink
from accounts.services import claiming, filing
from accounts.services.papers import NotPrinted
from accounts.views.private import private_address
from orders.changes import shown_changes
from orders.models import Order, OrderLink
from orders.purposes import OWN_ORDER
from orders.services import changing, papers
from orders.story import story
from portal.lib import files
from portal.lib.dates import day_of


def own_order(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """The order that the link was sent for: where it stands, where it goes, what it takes along."""
    order = order_of(link)
    return render(
        request,
        "orders/public/own_order.html",
        {
            "order": order,
            "customer_name": customer_named(order),
            "sent": order.request,
            "steps": story(order, order.events.all(), expected_on=order.requested_on),
            "stops": order.stops.order_by("position"),
            "goods": order.goods.order_by("position"),
            "lines": order.lines.order_by("position"),
            "files": order.attachments.order_by("pk"),
            "has_confirmation": papers.may_confirm(order),
            "changes": shown_changes(order),
            "may_ask": changing.may_ask(order, order.request, now=timezone.now()),
            "may_order_again": repeated_by(order) is not None,
            "token": token,
        },
    )


def repeated_by(order: Order) -> OrderLink | None:
    """The form that a guest orders again by: the one of that order, while it takes any."""
    request = order.request
    if request.sent_by_id is not None or request.order_link is None:
        return None
    return request.order_link if request.order_link.is_open(on=day_of(timezone.now())) else None


def customer_named(order: Order) -> str:
    """Whose order it is, for whoever has its link: as the order said, where a guest sent it.

    After a merge the customer is another one, which the guest may not know by name.
    """
    sent = order.request
    is_known = sent.sent_by_id or claiming.is_made_by(sent.contact_email, order.customer)
    return order.customer.name if is_known else sent.contact_name


def order_of(link: PrivateLink) -> Order:
    """The order of a link, with its customer and request."""
    orders = Order.objects.filter(pk=link.data["order"], removed_at=None)
    order = orders.select_related(
        "customer", "request__order_type", "request__order_link__order_type"
    ).first()
    if order is None:
        raise Http404
    return order


@private_address(OWN_ORDER)
def own_confirmation(request, *, token, link):
    """The confirmation, printed when it is first asked for; or a page that waits for it."""
    try:
        wanted = papers.want_confirmation(order_id=link.data["order"], now=timezone.now())
    except (NotPrinted, Order.DoesNotExist):
        raise Http404 from None
    return serve_or_wait(request, wanted, token=token)


def serve_or_wait(request, document, *, token):
    """The file of a paper, or the page that waits for it."""
    if document.state != DocumentState.STORED:
        return render(
            request, "orders/public/being_made.html", {"token": token}, status=HTTPStatus.ACCEPTED
        )
    try:
        return files.serve(
            request,
            document.file.content,
            name=document.name,
            media_type=document.media_type,
            size=document.file.size,
            sha256=document.file.sha256,
            modified=document.file.created_at,
        )
    except FileNotFoundError:
        # An operator's fault, told in the log; it is printed again.
        lost = filing.want_lost(type(document), document_id=document.pk, now=timezone.now())
        return serve_or_wait(request, lost, token=token)
