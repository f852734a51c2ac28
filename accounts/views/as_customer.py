"""Looking at a customer's pages as the customer: the beginning and the end."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import ChoiceForm
from accounts.models import Customer
from accounts.permissions import office_page
from accounts.services import acting


@require_POST
@office_page(acting.LOOK)
def begin(request):
    """`customer` names whose pages; `next` is one of them, `back` where the end leads to."""
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        raise Http404
    source, _slash, number = form.cleaned_data["customer"].partition("/")
    customer = get_object_or_404(Customer, source=source, number=number)
    back = _page(request, "back", default=reverse("office:home"))
    try:
        acting.begin(
            session=request.session,
            user=request.user,
            customer=customer,
            back=back,
            now=timezone.now(),
        )
    except acting.Removed as error:
        messages.error(request, str(error.user_message))
        return redirect(back)
    return redirect(_page(request, "next", default=reverse("customer:home")))


@require_POST
@office_page()
def stop(request):
    """Back to the page of the office where it was begun; a second time, home."""
    stopped = acting.stop(session=request.session, now=timezone.now())
    if stopped is None:
        return redirect("office:home")
    messages.success(
        request,
        _("You do not look at the pages of %(customer)s any more.")
        % {"customer": stopped.customer},
    )
    return redirect(stopped.back)


def _page(request, name, *, default):
    """A page of this portal that the form names, or the default."""
    address = request.POST.get(name, "")
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else default
