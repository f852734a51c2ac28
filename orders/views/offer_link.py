"""An offer for whoever has its private link: read by GET, decided by POST."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from accounts import origin
from accounts.models import PrivateLink
from accounts.views.private import private_address
from orders.purposes import OFFER
from orders.services.offers import Decider
from orders.views.deciding import Place, offer_of, offer_page
from orders.views.own_order import customer_named, serve_or_wait


def offer(request: HttpRequest, *, token: str, link: PrivateLink) -> HttpResponse:
    """The version that is with the customer, and what may be said to it."""
    person = request.user if request.user.is_authenticated else None

    def decider(name):
        return Decider(
            name=name,
            email=link.email,
            user_id=person.pk if person else None,
            address=origin.address_of(request),
        )

    place = Place(
        layout="layouts/form.html",
        here=reverse("private-link", args=[token]),
        paper_url=lambda _version: reverse("private-offer-pdf", args=[token]),
        decider=decider,
        asks_name=True,
        customer_named=customer_named,
    )
    return offer_page(request, link.data["order"], place)


@private_address(OFFER)
def offer_pdf(request, *, token, link):
    """The paper of the version that is with the customer; or a page that says it is being made."""
    kept, live = offer_of(link.data["order"])
    documents = kept.order.documents.filter(kind="offer", fingerprint=live.fingerprint)
    document = documents.select_related("file").first()
    if document is None:
        raise Http404
    return serve_or_wait(request, document, token=token)
