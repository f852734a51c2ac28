"""Ordering again from the private page of a guest's order: nothing is typed a second time."""

from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_POST

from accounts import origin
from accounts.services import claiming, throttling
from accounts.views.private import private_address
from accounts.views.waiting import wait_text
from orders import drafting, prefilling, repeating
from orders.form_fields import Rules
from orders.models import OrderLink, OrderType
from orders.purposes import OWN_ORDER
from orders.services import drafts
from orders.services.throttles import BEGINS
from orders.views.filling import order_asked
from orders.views.own_order import order_of, repeated_by


@require_POST
@private_address(OWN_ORDER)
def order_again(request, *, token, link):
    """Begin a draft with what the order wanted, by the form that it came by."""
    order = order_of(link)
    form = repeated_by(order)
    if form is None:
        raise Http404
    types = [form.order_type] if form.order_type else list(OrderType.objects.offered())
    beginning = repeating.beginning(
        repeating.wanted(order), order_type=order.request.order_type, types=types
    )
    if beginning.order_type is None:
        raise Http404
    now = timezone.now()
    network = throttling.network(origin.address_of(request))
    try:
        throttling.admit(tries={BEGINS: network}, now=now)
    except throttling.TooManyTries as refusal:
        messages.warning(request, wait_text(refusal.until, now))
        return redirect("private-link", token=token)
    guest = link.customer if claiming.is_made_by(link.email, link.customer) else None
    typed = drafting.empty() | dict(beginning.typed)
    typed["answers"] = beginning.typed["answers"] | _who(order.request, guest)
    if len(form.kinds) == 1:
        typed["answers"]["kind"] = form.kinds[0]
    rules = Rules(beginning.order_type.fields, form.fields)
    typed, left_out = prefilling.fitting(
        typed, order=order_asked(typed, rules=rules, kinds=form.kinds)
    )
    _draft, key = drafts.begin(
        typed=typed,
        language=translation.get_language(),
        order_type_id=beginning.order_type.pk,
        link_id=form.pk,
        known_id=guest.pk if guest else None,
        now=now,
    )
    OrderLink.objects.filter(pk=form.pk).update(begun=F("begun") + 1)
    for words in [*beginning.left_out, *(each.words for each in left_out)]:
        messages.warning(request, words)
    return redirect(f"{reverse('public:order-form', args=[form.code])}?{urlencode({'draft': key})}")


def _who(sent, guest):
    """What the guest has said of itself, as it would type it again."""
    who = {
        "contact_name": sent.contact_name,
        "contact_email": sent.contact_email,
        "contact_phone": sent.contact_phone,
    }
    if guest is not None:
        who |= {
            "company_name": guest.name,
            "business_id": guest.business_id,
            "country": guest.country,
        }
        address = guest.addresses.current().invoice().first()
        if address is not None:
            who |= {
                "street": address.street,
                "postal_code": address.postal_code,
                "city": address.city,
                "country": address.country,
            }
    return {name: value for name, value in who.items() if value}
