"""Who may open a page: one decorator a view, and what it leaves on the request.

`customer_page`, `member_page` and `own_page` leave `request.active` (the active customer with the
sections held there, or None) and `request.customer` for short. Both are read anew for every
request, in one query, so a right withdrawn a moment ago is gone from pages that are still open.

Anonymous people never come here: the middleware sends them to sign in.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.forms import DrawnForForm
from accounts.models import Customer, User
from accounts.sections import Section
from accounts.services import merging, proof, selecting

__all__ = [
    "MissingSection",
    "active_of",
    "before_second_step",
    "customer_page",
    "freshly_proven",
    "make_active",
    "member_page",
    "office_page",
    "own_page",
    "visible",
    "wanted_page",
]

ACTIVE = "customer_id"
# The page that somebody without an active customer asked for, opened after the choice.
WANTED = "wanted_page"

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

View = Callable[..., HttpResponse]


class MissingSection(PermissionDenied):
    """A member asked for something of its customer that needs a section it does not hold."""

    def __init__(self, customer: Customer, section: Section):
        super().__init__(f"customer {customer.pk} needs section {section}")
        self.customer = customer
        self.section = section


def customer_page(
    section: Section | None = None, *, writes: bool = False
) -> Callable[[View], View]:
    """A page about the active customer, for those who hold the section there.

    Without an active customer a person with one customer gets it by itself, others choose first
    and come back; staff without a customer go to the office. A missing section is answered with
    403 and whom to ask.

    With `writes`, a form has to post the customer it was drawn for
    (`accounts/customer/_drawn_for.html`). When that is not the active one any more, nothing is
    written: the person is asked for which of the two the form is meant.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request, *args, **kwargs):
            if request.customer is None:
                return _without_customer(request)
            if writes and request.method == "POST":
                question = _ask_which_customer(request)
                if question is not None:
                    return question
            if section is not None and section not in request.active.sections:
                raise MissingSection(request.customer, section)
            return view(request, *args, **kwargs)

        return member_page(page)

    return decorate


def member_page(view: View) -> View:
    """A page about any of the person's customers: an order, a document.

    The active customer may be None. Find the object with `visible`. Staff who may only look at a
    customer's pages change nothing on them.
    """

    @wraps(view)
    def page(request, *args, **kwargs):
        acting = request.user.acting
        if acting is not None and not acting.may_act and request.method not in SAFE_METHODS:
            raise PermissionDenied(
                _("You may look at the pages of this customer, not act on them.")
            )
        return view(request, *args, **kwargs)

    return own_page(page)


def own_page(view: View) -> View:
    """A page about the person alone, such as the profile; the bars are those of the customer."""

    @wraps(view)
    def page(request, *args, **kwargs):
        _find_customer(request)
        try:
            return view(request, *args, **kwargs)
        except MissingSection as missing:
            if request.user.acting is not None:
                raise PermissionDenied(
                    _("Your roles do not open this part of a customer's pages.")
                ) from missing
            return render(
                request,
                "accounts/customer/missing_section.html",
                {
                    "customer": missing.customer,
                    "section": missing.section,
                    "admins": selecting.account_admins(customer=missing.customer),
                },
                status=HTTPStatus.FORBIDDEN,
            )

    return page


def office_page(permission: str | None = None) -> Callable[[View], View]:
    """A page of the office: 404 for everybody else, 403 for staff without the permission."""

    def decorate(view: View) -> View:
        @wraps(view)
        def page(request, *args, **kwargs):
            if not request.user.is_staff:
                raise Http404
            if permission is not None and not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        # Read by the test that every page is opened by some section of the role grid.
        vars(page)["office_permission"] = permission
        return page

    return decorate


def before_second_step(view: View) -> View:
    """A page that people may open who have to have a second step and have none yet."""

    @wraps(view)
    def page(request, *args, **kwargs):
        return view(request, *args, **kwargs)

    page.before_second_step = True  # type: ignore[attr-defined]
    return page


def freshly_proven(view: View) -> View:
    """A page that changes how the person signs in: it first asks for the password once more.

    Not of those who have just given it, or have just opened the form.
    """

    @wraps(view)
    def page(request, *args, **kwargs):
        sends_form = request.method == "POST"
        if proof.is_fresh(session=request.session, sends_form=sends_form, now=timezone.now()):
            return view(request, *args, **kwargs)
        if sends_form:
            messages.warning(request, _("Confirm that it is you, then do it once more."))
        return redirect_to_login(request.path, reverse("account_reauthenticate"))

    return page


def visible(objects: QuerySet, *, user, section: Section, by: str = "customer") -> list:
    """The given objects that the person may see; `by` is the column with whose members see them.

    Raises MissingSection when they belong to a customer of the person, but without the section,
    and Http404 for a stranger: an object of others and one that does not exist look the same.
    """
    found = list(objects.filter(**{f"{by}__in": user.customers_with(section)}))
    if not found:
        refused = objects.filter(**{f"{by}__in": user.customers()}).select_related(by).first()
        if refused is not None:
            raise MissingSection(getattr(refused, by), section)
        raise Http404
    return found


def active_of(request: HttpRequest) -> selecting.Active | None:
    """The customer that somebody who is signed in works for, on a page that anybody may open.

    None for strangers, and for those who have not chosen yet. Nothing is remembered or said.
    """
    user = request.user
    if not isinstance(user, User):
        return None
    chosen = user.acting.customer.pk if user.acting else request.session.get(ACTIVE)
    active = selecting.active_customer(user=user, customer_id=chosen)
    return active or selecting.only_customer(user=user)


def make_active(request: HttpRequest, customer: Customer) -> None:
    """Make the customer the active one of this session."""
    request.session[ACTIVE] = customer.pk


def wanted_page(request) -> str:
    """Where to go after the choice: the page asked for without an active customer, or home."""
    wanted = request.session.pop(WANTED, None)
    return wanted if wanted and request.customer is None else reverse("customer:home")


def _find_customer(request):
    acting = request.user.acting
    if acting is not None:
        request.customer = acting.customer
        request.active = selecting.active_customer(
            user=request.user, customer_id=acting.customer.pk
        )
        return
    chosen = request.session.get(ACTIVE)
    active = selecting.active_customer(user=request.user, customer_id=chosen)
    if active is None and chosen is not None:
        active = _of_survivor(request, chosen)
    if active is None:
        active = selecting.only_customer(user=request.user)
        if chosen is not None:
            del request.session[ACTIVE]
            messages.warning(
                request, _("You are not a member of the customer you worked for any more.")
            )
        if active is not None:
            make_active(request, active.customer)
    request.active = active
    request.customer = active.customer if active else None


def _of_survivor(request, chosen):
    """The customer that the active one was merged into while the person worked for it."""
    survivor_id = merging.survivor_of(chosen)
    active = selecting.active_customer(user=request.user, customer_id=survivor_id)
    if active is not None:
        make_active(request, active.customer)
    return active


def _without_customer(request):
    if request.user.is_staff and not request.user.customers().exists():
        address = reverse("office:home")
    else:
        address = reverse("customer:select")
        if request.method == "GET" and not request.htmx:
            request.session[WANTED] = request.get_full_path()
    redirect = HttpResponseClientRedirect if request.htmx else HttpResponseRedirect
    return redirect(address)


def _ask_which_customer(request):
    """Nothing when the form is for the active customer; else the page that asks."""
    form = DrawnForForm(request.POST)
    values = form.cleaned_data if form.is_valid() else {"customer": "", "confirmed_customer": ""}
    confirmed = selecting.named(user=request.user, value=values["confirmed_customer"])
    if len(confirmed) == 1:
        make_active(request, confirmed[0])
        _find_customer(request)
        return None
    if request.customer.is_meant_by(values["customer"]):
        return None
    drawn_for = selecting.named(user=request.user, value=values["customer"])
    return render(
        request,
        "accounts/customer/which_customer.html",
        {
            "customers": [*drawn_for, request.customer],
            "fields": [
                (name, value)
                for name, posted in request.POST.lists()
                if name not in {*DrawnForForm.base_fields, "csrfmiddlewaretoken"}
                for value in posted
            ],
        },
        status=HTTPStatus.CONFLICT,
    )
