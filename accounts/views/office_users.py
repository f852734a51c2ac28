"""Everybody who signs in, as the office sees and keeps them."""

from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.colleague_forms import RightsForm
from accounts.filters import PEOPLE_ORDERINGS, REGISTER_ORDERINGS, PeopleFilter, RegisterFilter
from accounts.models import Customer, Membership, RoleGrant, User
from accounts.office_forms import NewPersonForm, PersonForm
from accounts.permissions import office_page
from accounts.sections import section_labels
from accounts.services import membership, people, second_steps, sessions
from accounts.services.colleagues import Authority
from portal.lib import lists
from portal.lib.errors import DomainError

VIEW, CHANGE = "accounts.view_user", "accounts.change_user"
CHANGE_RIGHTS = "accounts.change_membership"
# So many customers of a person are shown on the person's page.
SHOWN = 100


@require_safe
@office_page(VIEW)
def user_list(request):
    """Everybody by name, with what they belong to."""
    listing = lists.read(
        request,
        PeopleFilter(request.GET, User.objects.all()),
        orderings=PEOPLE_ORDERINGS,
        size=lists.OFFICE_ROWS,
        shown=_shown,
    )
    first = Customer.objects.in_bulk(
        {person.first_customer for person in listing.rows if person.number_of_customers}
    )
    return lists.respond(
        request,
        listing,
        page="accounts/office/users.html",
        results="accounts/office/_user_results.html",
        context={
            "rows": [(person, first.get(person.first_customer)) for person in listing.rows],
            "may_change": request.user.has_perm(CHANGE),
        },
    )


@require_safe
@office_page(VIEW)
def user_page(request, user_id):
    """One person: the record, the rights at customers, the roles, the ways to sign in."""
    person = get_object_or_404(User, pk=user_id)
    held = list(
        person.memberships.select_related("customer").order_by("customer__number", "customer__pk")[
            : SHOWN + 1
        ]
    )
    grants = RoleGrant.objects.filter(user=person).select_related("role")
    may_change = request.user.has_perm(CHANGE) and people.may_change(by=request.user, person=person)
    return render(
        request,
        "accounts/office/user.html",
        {
            "person": person,
            "members": [(each, section_labels(each.sections)) for each in held[:SHOWN]],
            "has_more": len(held) > SHOWN,
            "roles": list(grants.order_by("role__name", "origin")),
            "may_change": may_change,
            "may_change_rights": request.user.has_perm(CHANGE_RIGHTS),
            "may_see_roles": request.user.has_perm("accounts.view_role"),
            "may_see_customers": request.user.has_perm("accounts.view_customer"),
            "is_self": person.pk == request.user.pk,
            "steps": second_steps.of(person),
            "provider": SocialAccount.objects.filter(user=person).exists(),
            "sessions": len(sessions.living(user_id=person.pk, now=timezone.now())),
            "trail": _trail(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def user_new(request):
    """A person who comes in by a link to choose a password, or by the identity provider."""
    form = NewPersonForm(
        request.POST if request.method == "POST" else None,
        keeps_roles=request.user.has_perm("accounts.change_role"),
    )
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        fields = dict(form.cleaned_data)
        sends_link = fields.pop("send_link")
        try:
            person = people.create(now=now, **fields)
        except people.AddressTaken as refusal:
            form.add_error("email", str(refusal.user_message))
        else:
            if sends_link:
                people.send_password_link(user_id=person.pk, now=now)
            messages.success(request, _("%(email)s is a user now.") % {"email": person.email})
            return redirect("office:user-page", user_id=person.pk)
    return render(request, "accounts/office/user_new.html", {"form": form, "trail": _trail()})


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def user_edit(request, user_id):
    """The record of a person: address, names, telephone, language, whether of the office."""
    person = _changeable(request, user_id)
    form = PersonForm(
        request.POST if request.method == "POST" else None,
        instance=User.objects.get(pk=person.pk),
        keeps_roles=request.user.has_perm("accounts.change_role"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            people.change(user_id=person.pk, now=timezone.now(), **form.changes)
        except (people.AddressTaken, people.AddressMoved) as refusal:
            form.add_error("email", str(refusal.user_message))
        except DomainError as refusal:
            form.add_error(None, str(refusal.user_message))
        else:
            messages.success(request, _("The user is saved."))
            return redirect("office:user-page", user_id=person.pk)
    return render(
        request,
        "accounts/office/user_edit.html",
        {"form": form, "person": person, "trail": _trail(person)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def user_access(request, user_id):
    """Ask by GET; close the access, or open it again, by POST."""
    person = _changeable(request, user_id)
    if person.pk == request.user.pk:
        raise PermissionDenied(_("Nobody closes the own access."))
    if request.method != "POST":
        return render(
            request, "accounts/office/user_access.html", {"person": person, "trail": _trail(person)}
        )
    name = {"name": person.get_full_name()}
    try:
        if "open" in request.POST:
            people.open_access(user_id=person.pk, now=timezone.now())
            messages.success(request, _("%(name)s may sign in again.") % name)
        else:
            people.close_access(user_id=person.pk, now=timezone.now())
            messages.success(request, _("%(name)s may not sign in any more.") % name)
    except DomainError as refusal:
        messages.error(request, str(refusal.user_message))
    return redirect("office:user-page", user_id=person.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def user_second_step(request, user_id):
    """Ask by GET before every second step is taken away; by POST take it, require one, or not."""
    person = _changeable(request, user_id)
    if person.pk == request.user.pk:
        raise PermissionDenied
    if request.method != "POST":
        return render(
            request,
            "accounts/office/user_second_step.html",
            {"person": person, "trail": _trail(person)},
        )
    name = {"name": person.get_full_name()}
    if "reset" in request.POST:
        second_steps.reset(user_id=person.pk, now=timezone.now())
        messages.success(request, _("%(name)s has no second step any more.") % name)
    else:
        required = "require" in request.POST
        second_steps.require(user_id=person.pk, required=required, now=timezone.now())
        if required:
            messages.success(request, _("%(name)s has to sign in with a second step.") % name)
        else:
            messages.success(request, _("%(name)s may sign in without a second step.") % name)
    return redirect("office:user-page", user_id=person.pk)


@require_POST
@office_page(CHANGE)
def user_password_link(request, user_id):
    """Send the person a link to choose a password; earlier links end."""
    person = _changeable(request, user_id)
    try:
        people.send_password_link(user_id=person.pk, now=timezone.now())
    except people.AccessIsClosed as refusal:
        messages.error(request, str(refusal.user_message))
    else:
        messages.success(request, _("A link is on its way to %(email)s.") % {"email": person.email})
    return redirect("office:user-page", user_id=person.pk)


@require_safe
@office_page(CHANGE_RIGHTS)
def user_customers(request, user_id):
    """Choose the customer at which the person is to get rights."""
    person = get_object_or_404(User, pk=user_id)
    listing = lists.read(
        request,
        RegisterFilter(request.GET, Customer.objects.all()),
        orderings=REGISTER_ORDERINGS,
        size=lists.CUSTOMER_ROWS,
    )
    here = {customer.pk for customer in listing.rows}
    held = person.memberships.filter(customer__in=here).values_list("customer_id", flat=True)
    return lists.respond(
        request,
        listing,
        page="accounts/office/user_customers.html",
        results="accounts/office/_user_customer_results.html",
        context={"person": person, "held": set(held), "trail": _trail(person)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE_RIGHTS)
def user_rights(request, user_id, customer_id):
    """What the person may do at the customer; whoever was no member becomes one."""
    person = get_object_or_404(User, pk=user_id)
    customer = get_object_or_404(Customer, pk=customer_id)
    held = person.memberships.filter(customer=customer).first()
    form = RightsForm(
        request.POST if request.method == "POST" else None,
        authority=Authority.of_office(customer),
        held=held,
    )
    if request.method == "POST" and form.is_valid():
        try:
            membership.grant(
                user_id=person.pk, customer_id=customer.pk, now=timezone.now(), **form.rights
            )
        except membership.LastAdmin as refusal:
            form.add_error(None, str(refusal.user_message))
        else:
            messages.success(
                request, _("The rights of %(name)s are saved.") % {"name": person.get_full_name()}
            )
            return redirect("office:user-page", user_id=person.pk)
    return render(
        request,
        "accounts/office/user_rights.html",
        {
            "person": person,
            "customer": customer,
            "held": held,
            "form": form,
            "trail": _trail(person),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE_RIGHTS)
def user_rights_withdraw(request, user_id, customer_id):
    """Ask by GET, take every right at the customer by POST."""
    held = get_object_or_404(
        Membership.objects.select_related("user", "customer"),
        user=user_id,
        customer=customer_id,
    )
    person = held.user
    if request.method != "POST":
        return render(
            request,
            "accounts/office/user_rights_withdraw.html",
            {"held": held, "person": person, "trail": _trail(person)},
        )
    try:
        membership.withdraw(user_id=person.pk, customer_id=held.customer_id, now=timezone.now())
    except membership.LastAdmin as refusal:
        messages.error(request, str(refusal.user_message))
    else:
        messages.success(
            request,
            _("%(name)s has no rights at %(customer)s any more.")
            % {"name": person.get_full_name(), "customer": held.customer},
        )
    return redirect("office:user-page", user_id=person.pk)


def _shown(people_):
    held = Membership.objects.filter(user=OuterRef("pk")).order_by()
    number = held.values("user").annotate(number=Count("pk")).values("number")
    first = held.order_by("customer__number", "customer__pk").values("customer_id")[:1]
    return people_.annotate(
        number_of_customers=Coalesce(Subquery(number), 0), first_customer=Subquery(first)
    )


def _changeable(request, user_id):
    person = get_object_or_404(User, pk=user_id)
    if not people.may_change(by=request.user, person=person):
        raise PermissionDenied
    return person


def _trail(person=None):
    trail = [(_("Users"), reverse("office:user-list"))]
    if person is not None:
        trail.append((person.get_full_name(), reverse("office:user-page", args=[person.pk])))
    return trail
