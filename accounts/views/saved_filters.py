"""Saved filters of the office's lists: naming what a list shows, and looking after one's own."""

from dataclasses import dataclass
from functools import wraps
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import saved_lists
from accounts.models import SavedFilter
from accounts.office_forms import SavedFilterForm
from accounts.permissions import office_page
from accounts.services import saved_filters
from portal.lib.errors import DomainError
from portal.lib.lists import Listing


@dataclass(frozen=True, slots=True)
class SavedLink:
    """One saved filter as the list shows it."""

    label: str
    href: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class SavedLinks:
    """What stands beside a list: its saved filters, saving what it shows now, changing them."""

    links: list[SavedLink]
    new_href: str
    manage_href: str


class SavedOf:
    """The saved filters of one list as one person sees them; one query."""

    def __init__(self, request: HttpRequest, code: str) -> None:
        self._list = saved_lists.of_code(code)
        self._filters = saved_filters.of(user=request.user, of_list=code)
        own = (each for each in self._filters if each.owner_id == request.user.pk)
        self.start = next((each for each in own if each.is_start), None)

    @property
    def has_start(self) -> bool:
        """Whether the bare address opens a saved filter, so that another one shows the rest."""
        return self.start is not None

    def beginning(self, request: HttpRequest) -> HttpResponse | None:
        """Where the bare address of the list leads to instead, if the person has a start."""
        if self.start is None or request.GET:
            return None
        return redirect(f"{reverse(self._list.route)}?{self.start.query}")

    def beside(self, listing: Listing) -> SavedLinks:
        path = reverse(self._list.route)
        shown = listing.state

        def is_current(saved: SavedFilter) -> bool:
            # Nobody saves a list without any filter, so there is nothing to read then.
            return bool(shown) and dict(parse_qsl(saved.query)) == shown

        links = [
            SavedLink(each.name, f"{path}?{each.query}", is_current(each)) for each in self._filters
        ]
        code = self._list.code
        is_new = bool(shown) and not any(link.is_current for link in links)
        new = f"{reverse('office:saved-filter-new', args=[code])}?{urlencode(listing.state)}"
        return SavedLinks(
            links=links,
            new_href=new if is_new else "",
            manage_href=reverse("office:saved-filters", args=[code]),
        )


def of_list(view):
    """A page about one list, for whoever may see that list."""

    @office_page()
    @wraps(view)
    def page(request, code, **kwargs):
        try:
            found = saved_lists.of_code(code)
        except saved_lists.UnknownList:
            raise Http404 from None
        if not request.user.has_perm(found.permission):
            raise PermissionDenied
        return view(request, found, **kwargs)

    return page


@require_safe
@of_list
def filter_list(request, of_list):
    """The person's own, to be changed, and what colleagues share."""
    found = saved_filters.of(user=request.user, of_list=of_list.code, with_owners=True)
    rows = [
        {
            "filter": each,
            "href": f"{reverse(of_list.route)}?{each.query}",
            "words": of_list.understood(request, QueryDict(each.query))[1],
            "is_own": each.owner_id == request.user.pk,
        }
        for each in found
    ]
    return render(
        request,
        "accounts/office/saved_filters.html",
        {
            "own": [row for row in rows if row["is_own"]],
            "others": [row for row in rows if not row["is_own"]],
            "list": of_list,
            "trail": _trail(of_list),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@of_list
def filter_new(request, of_list):
    """Give a name to what the address says; only what the list understands of it is saved."""
    state, words = of_list.understood(request, request.GET)
    query = urlencode(state)
    if not query:
        messages.info(request, _("Filter, search or sort the list first, then save that."))
        return redirect(of_list.route)
    form = SavedFilterForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            saved_filters.keep(
                owner_id=request.user.pk, of_list=of_list.code, query=query, **form.cleaned_data
            )
        except DomainError as refusal:
            form.add_error("name", str(refusal.user_message))
        else:
            messages.success(request, _("Saved as “%(name)s”.") % form.cleaned_data)
            return redirect(f"{reverse(of_list.route)}?{query}")
    return _form(request, of_list, form, words, saved=None)


@require_http_methods(["GET", "HEAD", "POST"])
@of_list
def filter_page(request, of_list, filter_id):
    """Rename, share, start with or delete one of one's own."""
    saved = saved_filters.own(user=request.user, of_list=of_list.code, filter_id=filter_id)
    if saved is None:
        raise Http404
    if request.POST.get("do") == "delete":
        saved_filters.delete(owner_id=request.user.pk, filter_id=saved.pk)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": saved.name})
        return redirect("office:saved-filters", of_list.code)
    initial = {name: getattr(saved, name) for name in SavedFilterForm.base_fields}
    form = SavedFilterForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved_filters.change(owner_id=request.user.pk, filter_id=saved.pk, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error("name", str(refusal.user_message))
        else:
            messages.success(request, _("“%(name)s” is saved.") % form.cleaned_data)
            return redirect("office:saved-filters", of_list.code)
    words = of_list.understood(request, QueryDict(saved.query))[1]
    return _form(request, of_list, form, words, saved=saved)


def _form(request, of_list, form, words, *, saved):
    trail = _trail(of_list)
    if saved is not None:
        trail.append((_("Saved filters"), reverse("office:saved-filters", args=[of_list.code])))
    return render(
        request,
        "accounts/office/saved_filter.html",
        {"form": form, "words": words, "saved": saved, "list": of_list, "trail": trail},
    )


def _trail(of_list):
    return [(of_list.label, reverse(of_list.route))]
