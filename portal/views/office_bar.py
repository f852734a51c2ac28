"""The bottom bar of the office, asked for again and again by the pages that show it."""

from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import office_page
from portal.bar import looking_at, news_of, office_bar


@require_safe
@office_page("orders.view_orderrequest")
def bar(request):
    """The counters, and what the page that asks wants to know beside them.

    A page of a request is noted as still open: a write in a GET on purpose, idempotent and nothing
    of the business.
    """
    page = request.htmx.current_url_abs_path or ""
    return render(
        request,
        "ui/_dock.html",
        {
            "bar": office_bar(request, here=page, before=request.GET.get("before", "")),
            "news": news_of(request, since=request.GET.get("since", ""), page=page),
            "looking": looking_at(
                request.GET.get("looking", ""), user_id=request.user.pk, now=timezone.now()
            ),
        },
    )
