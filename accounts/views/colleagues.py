"""The people of the active customer, for those who manage them."""

from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import colleague_rows
from accounts.colleague_forms import InviteForm, RightsForm
from accounts.filters import ColleagueFilter
from accounts.models import Invitation, Membership, User
from accounts.permissions import customer_page
from accounts.sections import Section
from accounts.services import colleagues, inviting, membership, throttling
from accounts.services.colleagues import Authority
from portal.lib import csv, lists
from portal.lib.dates import moment_text
from portal.lib.paging import Ordering

ORDERINGS = {"name": Ordering(("last_name", "first_name", "id"))}


@require_safe
@customer_page(Section.MANAGE_USERS)
def colleague_list(request):
    """Everybody who holds something here, those of the family too, by name."""
    held = Membership.objects.reaching(request.customer)
    listing = lists.read(
        request,
        ColleagueFilter(request.GET, User.objects.filter(pk__in=held.values("user_id"))),
        orderings=ORDERINGS,
        size=lists.CUSTOMER_ROWS,
    )
    rows = colleague_rows.colleagues(
        listing.rows,
        customer=request.customer,
        authority=Authority.of(request.active),
        viewer=request.user,
    )
    return lists.respond(
        request,
        listing,
        page="accounts/customer/colleagues.html",
        results="accounts/customer/_colleague_results.html",
        context={
            "rows": rows,
            "may_export": _may_export(request.active),
            "invitations": _invitations(request),
        },
    )


@require_safe
@customer_page(Section.MANAGE_USERS)
def colleague_export(request):
    """The sub-accounts of a family as CSV: of all its customers that the person is admin of."""
    if not request.active.has_family:
        raise Http404
    if not request.active.is_admin:
        raise PermissionDenied
    family = request.customer.family_id
    managed = Membership.objects.filter(user=request.user, is_admin=True).customers()
    held = Membership.objects.filter(
        Q(customer__in=managed.filter(family=family).values("pk"))
        | Q(covers_family=True, customer__family=family)
    )
    people = User.objects.filter(pk__in=held.values("user_id"), is_active=True)
    rows = ColleagueFilter({}, people)
    return csv.download(
        name="sub-accounts.csv",
        heads=colleague_rows.EXPORT_HEADS,
        rows=colleague_rows.exported(lists.every_row(request, rows, orderings=ORDERINGS), held),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page(Section.MANAGE_USERS, writes=True)
def colleague(request, membership_id):
    """What one colleague may do here. Giving up one's own right to manage is asked back."""
    held = _colleague_of(request, membership_id)
    form = RightsForm(
        request.POST if request.method == "POST" else None,
        authority=Authority.of(request.active),
        held=held,
    )
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/customer/colleague.html", _about(held, form=form))
    try:
        colleagues.change(
            membership_id=held.pk,
            customer=request.customer,
            by=request.user,
            **form.rights,
            confirmed="confirmed" in request.POST,
            now=timezone.now(),
        )
    except colleagues.GivesUpManaging:
        return render(
            request,
            "accounts/customer/colleague_give_up.html",
            _about(held, fields=_posted(request)),
            status=HTTPStatus.CONFLICT,
        )
    except membership.LastAdmin as refusal:
        form.add_error(None, str(refusal.user_message))
        return render(request, "accounts/customer/colleague.html", _about(held, form=form))
    except (colleagues.MayNot, Membership.DoesNotExist) as refusal:
        return _not_done(request, refusal)
    messages.success(
        request, _("The rights of %(name)s are saved.") % {"name": held.user.get_full_name()}
    )
    return _on_from(request, held)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page(Section.MANAGE_USERS, writes=True)
def colleague_withdraw(request, membership_id):
    """Ask by GET, take every right by POST; the person's open pages close with the next click."""
    held = _colleague_of(request, membership_id)
    if request.method != "POST":
        return render(request, "accounts/customer/colleague_withdraw.html", _about(held))
    try:
        colleagues.withdraw(
            membership_id=held.pk,
            customer=request.customer,
            by=request.user,
            confirmed="confirmed" in request.POST,
            now=timezone.now(),
        )
    except (
        membership.LastAdmin,
        colleagues.GivesUpManaging,
        colleagues.MayNot,
        Membership.DoesNotExist,
    ) as refusal:
        return _not_done(request, refusal)
    messages.success(
        request,
        _("%(name)s has no rights here any more.") % {"name": held.user.get_full_name()},
    )
    return _on_from(request, held)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_page(Section.MANAGE_USERS, writes=True)
def colleague_invite(request):
    """Ask somebody by e-mail to become a colleague."""
    form = InviteForm(
        request.POST if request.method == "POST" else None,
        authority=Authority.of(request.active),
    )
    if request.method == "POST" and form.is_valid():
        refusal = _tried(
            lambda: inviting.invite(
                customer=request.customer,
                by=request.user,
                **form.person,
                **form.rights,
                now=timezone.now(),
            )
        )
        if refusal is None:
            messages.success(
                request,
                _("The invitation to %(email)s is on its way.")
                % {"email": form.cleaned_data["email"]},
            )
            return redirect("customer:colleague-list")
        form.add_error("email" if _is_about_address(refusal) else None, _words_of(refusal))
    return render(
        request,
        "accounts/customer/colleague_invite.html",
        {"form": form, "days": inviting.LIFETIME.days, "trail": _trail()},
    )


@require_POST
@customer_page(Section.MANAGE_USERS, writes=True)
def invitation_send(request, invitation_id):
    """Send an invitation again, with a new link and its time anew."""
    refusal = _tried(
        lambda: inviting.send_again(
            invitation_id=invitation_id,
            customer=request.customer,
            by=request.user,
            now=timezone.now(),
        )
    )
    return _told(request, refusal, _("The invitation is on its way again."))


@require_POST
@customer_page(Section.MANAGE_USERS, writes=True)
def invitation_withdraw(request, invitation_id):
    """Let the link of an invitation open nothing any more."""
    refusal = _tried(
        lambda: inviting.withdraw(
            invitation_id=invitation_id,
            customer=request.customer,
            by=request.user,
            now=timezone.now(),
        )
    )
    return _told(request, refusal, _("The invitation is withdrawn."))


def _tried(act):
    """What kept the act from being done; None when it was."""
    try:
        act()
    except (
        inviting.CannotInvite,
        inviting.Answered,
        colleagues.MayNot,
        throttling.TooManyTries,
    ) as refusal:
        return refusal
    return None


def _told(request, refusal, done):
    if refusal is None:
        messages.success(request, done)
    else:
        messages.error(request, _words_of(refusal))
    return redirect("customer:colleague-list")


def _is_about_address(refusal):
    return isinstance(
        refusal,
        inviting.OwnAddress
        | inviting.AlreadyMember
        | inviting.AlreadyInvited
        | inviting.NotForMembers,
    )


def _words_of(refusal):
    if isinstance(refusal, throttling.TooManyTries):
        return _("Many invitations were sent from here today. The next one can go at %(time)s.") % {
            "time": moment_text(refusal.until)
        }
    return str(refusal.user_message)


def _invitations(request):
    """Those that wait for an answer, newest first: there are never more than a hundred."""
    rows = Invitation.objects.unanswered().filter(customer=request.customer)
    return colleague_rows.waiting(
        rows.select_related("invited_by").order_by("-sent_at", "-pk"),
        authority=Authority.of(request.active),
        now=timezone.now(),
    )


def _colleague_of(request, membership_id):
    """The membership when the person may change it: 404 for those of other customers."""
    held = get_object_or_404(
        Membership.objects.reaching(request.customer).select_related("user", "customer"),
        pk=membership_id,
    )
    if not Authority.of(request.active).may_change(held):
        raise PermissionDenied(str(colleagues.MayNot.user_message))
    return held


def _about(held, **more):
    return {
        "held": held,
        "person": held.user,
        "trail": _trail(),
        **more,
    }


def _trail():
    return [(_("Colleagues"), reverse("customer:colleague-list"))]


def _posted(request):
    return [
        (name, value)
        for name, posted in request.POST.lists()
        if name not in {"csrfmiddlewaretoken", "customer", "confirmed_customer"}
        for value in posted
    ]


def _on_from(request, held):
    """Back to the list; people who changed their own rights may have lost it."""
    is_own = held.user_id == request.user.pk
    return redirect("customer:home" if is_own else "customer:colleague-list")


def _not_done(request, refusal):
    """Back to the list, with why nothing was changed."""
    words = getattr(refusal, "user_message", _("This person is no colleague of yours any more."))
    messages.error(request, words)
    return redirect("customer:colleague-list")


def _may_export(active):
    return active.is_admin and active.has_family
