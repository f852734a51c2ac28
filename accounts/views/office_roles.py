"""The role grid of the office: what each role opens, who has it, and which sections are closed."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import office_sections
from accounts.models import Role, RoleGrant
from accounts.office_sections import Level
from accounts.permissions import office_page
from accounts.role_forms import ClosedSectionsForm, PersonForm, RoleForm
from accounts.services import account_settings, roles
from accounts.views.office_settings import settings_trail
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

VIEW, CHANGE = "accounts.view_role", "accounts.change_role"
# So many people of a role are listed; the register of users finds the others.
SHOWN = 200


@require_safe
@office_page(VIEW)
def role_list(request):
    """Every role with what it opens; the sections that are closed to everybody."""
    known = office_sections.known()
    found = Role.objects.annotate(people=Count("grants__user", distinct=True)).order_by(
        Lower("name")
    )
    rows = []
    for role in found.prefetch_related("rights"):
        levels = {right.section: right.level for right in role.rights.all()}
        rows.append(
            {
                "role": role,
                "process": _labels(
                    section for section in known if levels.get(section.code) == Level.PROCESS
                ),
                "display": _labels(
                    section for section in known if levels.get(section.code) == Level.DISPLAY
                ),
            }
        )
    closed = account_settings.current().closed_sections
    return render(
        request,
        "accounts/office/roles.html",
        {
            "rows": rows,
            "closed": _labels(section for section in known if section.code in closed),
            "may_change": request.user.has_perm(CHANGE),
            "trail": settings_trail(),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def role_new(request):
    form = RoleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        role = _keep(form, role_id=None)
        if role is not None:
            messages.success(request, _("The role %(name)s is added.") % {"name": role.name})
            return redirect("office:role", role.pk)
    return _role_page(request, form, role=None)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(VIEW)
def role(request, role_id):
    """The grid of one role and the people who have it; without the right to change, to read."""
    found = get_object_or_404(Role, pk=role_id)
    form = RoleForm(request.POST if request.method == "POST" else None, role=found)
    if request.method == "POST":
        if not request.user.has_perm(CHANGE):
            raise PermissionDenied
        if form.is_valid() and _keep(form, role_id=role_id) is not None:
            messages.success(request, _("The role is saved. It acts at once."))
            return redirect("office:role", role_id)
    return _role_page(request, form, role=found)


@require_POST
@office_page(CHANGE)
def role_people(request, role_id):
    """Give the role to a person, or take it back: `take` holds the key of whom to take it from."""
    found = get_object_or_404(Role, pk=role_id)
    form = PersonForm(request.POST)
    try:
        if "take" in request.POST:
            user_id = number_of(request.POST["take"])
            if user_id >= 0:
                roles.take(role_id=role_id, user_id=user_id, now=timezone.now())
                messages.success(request, _("The role is taken away. It acts at once."))
            return redirect("office:role", role_id)
        if form.is_valid():
            person = roles.give(
                role_id=role_id, email=form.cleaned_data["email"], now=timezone.now()
            )
            messages.success(
                request, _("%(person)s has the role now.") % {"person": person.get_full_name()}
            )
            return redirect("office:role", role_id)
    except roles.NotOfTheOffice as error:
        form.add_error("email", error.user_message)
    except DomainError as error:
        messages.error(request, str(error.user_message))
        return redirect("office:role", role_id)
    return _role_page(request, RoleForm(role=found), role=found, person_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def role_remove(request, role_id):
    """Ask by GET and say what would be lost, remove by POST."""
    found = get_object_or_404(Role, pk=role_id)
    if request.method == "POST":
        try:
            roles.remove(role_id=role_id, now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error.user_message))
            return redirect("office:role", role_id)
        messages.success(request, _("The role %(name)s is removed.") % {"name": found.name})
        return redirect("office:roles")
    return render(
        request,
        "accounts/office/role_remove.html",
        {
            "role": found,
            "people": found.grants.values("user").distinct().count(),
            "trail": [*_trail(), (found.name, reverse("office:role", args=[role_id]))],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(CHANGE)
def closed_sections(request):
    """Which sections people of the office may open at all, whatever the roles say."""
    form = ClosedSectionsForm(
        request.POST if request.method == "POST" else None,
        closed=account_settings.current().closed_sections,
    )
    if request.method == "POST" and form.is_valid():
        account_settings.keep(closed_sections=form.closed(), now=timezone.now())
        messages.success(request, _("The settings are saved."))
        return redirect("office:roles")
    return render(
        request, "accounts/office/closed_sections.html", {"form": form, "trail": _trail()}
    )


def _keep(form, *, role_id):
    """The role as it was entered; None when it was refused, with the reason on the form."""
    try:
        return roles.change(
            role_id=role_id,
            name=form.cleaned_data["name"],
            claim_values=form.cleaned_data["claim_values"],
            rights=form.rights(),
            now=timezone.now(),
        )
    except roles.NameTaken as error:
        form.add_error("name", error.user_message)
    except roles.NobodyLeft as error:
        form.add_error(None, error.user_message)
    return None


def _role_page(request, form, *, role, person_form=None):
    people = []
    if role is not None:
        grants = role.grants.select_related("user").order_by("user__email", "origin")
        people = list(grants[: SHOWN + 1])
    return render(
        request,
        "accounts/office/role.html",
        {
            # The page's title tells of errors in whichever form was sent.
            "form": person_form if person_form is not None and person_form.errors else form,
            "role_form": form,
            "person_form": person_form or PersonForm(),
            "role": role,
            "people": people[:SHOWN],
            "has_more": len(people) > SHOWN,
            "by_hand": RoleGrant.Origin.OFFICE,
            "may_change": request.user.has_perm(CHANGE),
            "trail": _trail(),
        },
    )


def _trail():
    return [*settings_trail(), (_("Roles"), reverse("office:roles"))]


def _labels(sections: Iterable[office_sections.OfficeSection]) -> str:
    return ", ".join(str(section.label) for section in sections)
