"""The office's order links: made, put on homepages, counted and revoked; and order types."""

from io import BytesIO

import segno
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import office_page
from accounts.views.office_settings import settings_trail
from orders.form_fields import Rules
from orders.forms.office import LevelsForm, OrderLinkForm, OrderTypeForm
from orders.models import OrderLink, OrderType
from orders.services import links
from orders.views.public import logo_address
from portal.lib.dates import day_of
from portal.lib.links import absolute

# There are a few dozen links, not thousands; the open ones come first.
SHOWN = 200


@require_safe
@office_page("orders.view_orderlink")
def link_list(request):
    today = day_of(timezone.now())
    rows = OrderLink.objects.select_related("order_type").order_by(
        F("revoked_at").desc(nulls_first=True), "name", "pk"
    )
    found = list(rows[:SHOWN])
    return render(
        request,
        "orders/office/link_list.html",
        {
            "open": [row for row in found if row.is_open(on=today)],
            "closed": [row for row in found if not row.is_open(on=today)],
            "may_change": request.user.has_perm("orders.change_orderlink"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.change_orderlink")
def link_new(request):
    return _link_form(request, OrderLink())


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.view_orderlink")
def link(request, link_id):
    """One link: where it leads, how it is put on a page, how often it was used, its options."""
    found = get_object_or_404(OrderLink.objects.select_related("order_type"), pk=link_id)
    if request.method == "POST" and not request.user.has_perm("orders.change_orderlink"):
        raise PermissionDenied
    return _link_form(request, found)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.change_orderlink")
def link_revoke(request, link_id):
    found = get_object_or_404(OrderLink, pk=link_id)
    if request.method == "POST":
        links.revoke(link_id=found.pk, now=timezone.now())
        messages.success(request, _("The link “%(name)s” is revoked.") % {"name": found.name})
        return redirect("office:order-link-list")
    return render(
        request,
        "orders/office/link_revoke.html",
        {"link": found, "trail": [*_trail(), (found.name, _address(found))]},
    )


@require_safe
@office_page("orders.view_orderlink")
def link_qr(request, link_id):
    """The link as a picture that telephones read."""
    found = get_object_or_404(OrderLink, pk=link_id)
    picture = BytesIO()
    segno.make(_url(found), error="m").save(picture, kind="svg", scale=8, border=4, light="#ffffff")
    response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
    if "download" in request.GET:
        response["Content-Disposition"] = 'attachment; filename="order-form.svg"'
    return response


@require_safe
@office_page("orders.view_ordertype")
def type_list(request):
    return render(
        request,
        "orders/office/type_list.html",
        {
            "types": OrderType.objects.order_by("position", "code"),
            "may_change": request.user.has_perm("orders.change_ordertype"),
            "trail": settings_trail(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.change_ordertype")
def type_new(request):
    return _type_form(request, OrderType())


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("orders.change_ordertype")
def order_type(request, code):
    return _type_form(request, get_object_or_404(OrderType, code=code))


def _link_form(request, found):
    posted = request.POST if request.method == "POST" else None
    words = found.fields
    of_type = found.order_type.fields if found.order_type else {}
    files = request.FILES if request.method == "POST" else None
    form = OrderLinkForm(posted, files, instance=found)
    levels = LevelsForm(posted, words=words, usual=_levels(of_type))
    if posted is not None and form.is_valid() and levels.is_valid():
        changed = form.save(commit=False)
        changed.fields, changed.prefilled = levels.words(), form.prefilled()
        changed.sites = form.cleaned_data["sites"]
        links.keep_link(
            link=changed,
            new_logo=form.cleaned_data["new_logo"],
            drop_logo=form.cleaned_data["drop_logo"],
            user_id=request.user.pk,
            now=timezone.now(),
        )
        messages.success(request, _("The link is saved."))
        return redirect("office:order-link", changed.pk)
    kept = OrderLink.objects.select_related("logo", "order_type").filter(pk=found.pk).first()
    return render(
        request,
        "orders/office/link.html",
        {
            "form": form,
            "levels": levels,
            "link": kept,
            "url": _url(kept) if kept else "",
            "logo_url": logo_address(kept) if kept else "",
            "is_open": kept is None or kept.is_open(on=day_of(timezone.now())),
            "closed_type": kept.order_type if kept and kept.type_is_off else None,
            "may_change": request.user.has_perm("orders.change_orderlink"),
            "trail": _trail(),
        },
    )


def _type_form(request, found):
    posted = request.POST if request.method == "POST" else None
    form = OrderTypeForm(posted, instance=found)
    levels = LevelsForm(posted, words=found.fields, usual={})
    if posted is not None and form.is_valid() and levels.is_valid():
        changed = form.save(commit=False)
        changed.names, changed.fields = form.names(), levels.words()
        links.keep_type(order_type=changed, now=timezone.now())
        messages.success(request, _("The order type is saved."))
        _tell_of_closed_links(request, changed)
        return redirect("office:order-type-list")
    kept = OrderType.objects.filter(pk=found.pk).first()
    return render(
        request,
        "orders/office/type.html",
        {
            "form": form,
            "levels": levels,
            "order_type": kept,
            "trail": [*settings_trail(), (_("Order types"), reverse("office:order-type-list"))],
        },
    )


def _tell_of_closed_links(request, order_type):
    """Say how many links a type that is off keeps closed."""
    if order_type.is_active:
        return
    links_of_it = OrderLink.objects.select_related("order_type").filter(order_type=order_type)
    today = day_of(timezone.now())
    count = sum(each.is_valid(on=today) for each in links_of_it)
    if count:
        words = ngettext(
            "%(count)s order link is for this type alone and takes no orders while it is off.",
            "%(count)s order links are for this type alone and take no orders while it is off.",
            count,
        )
        messages.warning(request, words % {"count": count})


def _levels(words):
    rules = Rules(words)
    return {name: rules.level_alone(name) for name in rules.names()}


def _url(found):
    return absolute(reverse("public:order-form", args=[found.code]))


def _address(found):
    return reverse("office:order-link", args=[found.pk])


def _trail():
    return [(_("Order links"), reverse("office:order-link-list"))]
