"""What customers want changed of their orders, and the office's answer."""

from http import HTTPStatus

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import office_page
from orders.changes import shown_changes
from orders.forms.change import AnswerForm
from orders.models import Order
from orders.services import changing, papers
from orders.views.incoming import CHANGE, VIEW
from portal.lib.dates import moment_text
from portal.lib.errors import DomainError
from portal.lib.forms import number_of

ACTS = ("accept", "refuse")


@require_http_methods(["GET", "HEAD"])
@office_page(VIEW)
def order_change(request, number):
    """The proposal that waits, or the last one; and what was asked for before."""
    order = _order(number)
    return _show(request, order, AnswerForm())


@require_http_methods(["POST"])
@office_page(CHANGE)
def order_change_answer(request, number):
    """Accepts or refuses the proposal that was read."""
    order = _order(number)
    what = request.POST.get("do", "")
    change_id = number_of(request.POST.get("change"))
    change = order.changes.filter(pk=change_id).first()
    if what not in ACTS or change is None:
        raise Http404
    form = AnswerForm(request.POST, needs_answer=what == "refuse")
    if not form.is_valid():
        return _show(request, order, form)
    answer = changing.accept if what == "accept" else changing.refuse
    try:
        done = answer(
            order_id=order.pk,
            change_id=change_id,
            user_id=request.user.pk,
            answer=form.cleaned_data["answer"],
            now=timezone.now(),
        )
    except changing.AlreadyAnswered as late:
        # Shown at once: what was written may be the answer to the proposal that waits now.
        _tell_late(request, late.change)
        return _show(request, _order(number), form, status=HTTPStatus.CONFLICT)
    except DomainError as refusal:
        form.add_error(None, str(refusal.user_message))
        return _show(request, _order(number), form, status=HTTPStatus.CONFLICT)
    else:
        if change.is_open and done.decided_by_id == request.user.pk:
            messages.success(request, _told(done) % {"number": order.number, "name": done.name})
        else:
            _tell_late(request, done)
    return redirect("office:order-change", order.number)


def _told(change):
    if change.state == "refused":
        return _("It is refused; %(name)s gets a mail.")
    if change.is_cancellation:
        return _("%(number)s is cancelled; %(name)s gets a mail.")
    return _("%(number)s is changed; %(name)s gets a mail.")


def _tell_late(request, change):
    by = change.decided_by.get_full_name() if change.decided_by else change.name
    messages.warning(
        request,
        _("%(state)s already: %(name)s, %(when)s.")
        % {
            "state": change.get_state_display(),
            "name": by,
            "when": moment_text(change.decided_at),
        },
    )


def _show(request, order, form, *, status=HTTPStatus.OK):
    changes = shown_changes(order, names_staff=True)
    if not changes:
        raise Http404
    newest, *older = changes
    newest.change.order = order
    return render(
        request,
        "orders/office/order_change.html",
        {
            "order": order,
            "shown": newest,
            "older": older,
            "form": form,
            "may_answer": newest.change.is_open and request.user.has_perm(CHANGE),
            "has_moved": newest.change.is_open and changing.has_moved(newest.change),
            "is_of_offer": order.request.made_of_id is not None,
            "has_prices": order.net_amount != 0,
            "next_version": papers.next_version(order) if newest.change.is_open else 0,
            "trail": [
                (_("Incoming"), reverse("office:request-list")),
                (order.number, reverse("office:order-page", args=[order.number])),
            ],
        },
        status=status,
    )


def _order(number):
    order = (
        Order.objects.filter(number=number, source="", request__isnull=False)
        .select_related("customer", "request__order_type")
        .first()
    )
    if order is None:
        raise Http404
    return order
