"""The office's own words for offers, in each language: for all order types, and for one."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import office_page
from accounts.views.office_settings import settings_trail
from orders.forms.offer import OfferTextsForm
from orders.models import OfferText, OrderType
from orders.services import offer_texts

VIEW, CHANGE = "orders.view_offertext", "orders.change_offertext"


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(VIEW)
def for_all(request):
    """What every new offer begins with, and which types have words of their own."""
    own = set(OfferText.objects.exclude(order_type=None).values_list("order_type_id", flat=True))
    types = [
        {"type": each, "has_own": each.pk in own}
        for each in OrderType.objects.order_by("position", "code")
    ]
    return _page(request, None, types=types, trail=settings_trail())


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(VIEW)
def for_type(request, code):
    """What offers of one type begin with; what is empty here is as for all."""
    order_type = get_object_or_404(OrderType, code=code)
    trail = [*settings_trail(), (_("Offer texts"), reverse("office:offer-texts"))]
    return _page(request, order_type, trail=trail)


def _page(request, order_type, **context):
    may_change = request.user.has_perm(CHANGE)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = OfferTextsForm(
        request.POST if request.method == "POST" else None,
        kept=offer_texts.kept(order_type_id=order_type.pk if order_type else None),
        may_change=may_change,
    )
    if request.method == "POST" and form.is_valid():
        offer_texts.keep(order_type=order_type, texts=form.texts(), now=timezone.now())
        messages.success(request, _("The texts are saved. New offers begin with them."))
        return redirect(request.path)
    return render(
        request,
        "orders/office/offer_texts.html",
        {"form": form, "order_type": order_type, "may_change": may_change, **context},
    )
