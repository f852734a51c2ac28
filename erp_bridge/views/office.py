"""The office's pages about the sync: how feeds stand, what is held, the story of one record."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import office_page
from erp_bridge import checking, comparing, looking, overview, steering
from erp_bridge.filters import ORDERINGS, HeldRecordFilter
from erp_bridge.forms import LookForm, ScheduleForm, as_entered
from erp_bridge.importing.importer import is_id
from erp_bridge.models import Connection, Cursor, HeldRecord, Look
from erp_bridge.ports import Feed
from portal.lib import lists

VIEW = "erp_bridge.view_syncrun"
CHANGE = "erp_bridge.change_cursor"
RUNS_SHOWN = 20
PARKED_SHOWN = 10


@require_safe
@office_page(VIEW)
def sync(request):
    connections = overview.connections(now=timezone.now())
    if request.htmx and not request.htmx.history_restore_request:
        response = render(request, "erp_bridge/office/_feeds.html", {"connections": connections})
    else:
        parked = HeldRecord.objects.filter(state=HeldRecord.State.PARKED)
        response = render(
            request,
            "erp_bridge/office/sync.html",
            {
                "connections": connections,
                "parked": parked.defer("record", "raw").order_by("-held_at", "-pk")[:PARKED_SHOWN],
                "parked_count": parked.count(),
            },
        )
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@office_page(CHANGE)
def run(request):
    """Reads one feed now: `run` names it, or `full` for all of it from the start."""
    full = "full" in request.POST
    cursor = get_object_or_404(Cursor, pk=_key(request.POST.get("full" if full else "run")))
    steering.run_feed(cursor_id=cursor.pk, full=full, now=timezone.now())
    messages.success(
        request, _("%(feed)s will be read at once.") % {"feed": cursor.get_feed_display()}
    )
    return lists.back(request, otherwise="office:sync")


@require_POST
@office_page(CHANGE)
def connection(request):
    """Tests, pauses or resumes one connection: the name of its key says which."""
    for action in ("test", "pause", "resume"):
        if action in request.POST:
            break
    else:
        raise Http404
    erp = get_object_or_404(Connection, pk=_key(request.POST[action]))
    if action == "test":
        checking.ask_for_test(connection_id=erp.pk, now=timezone.now())
    elif action == "pause":
        steering.pause(connection_id=erp.pk)
    else:
        steering.resume(connection_id=erp.pk)
    return lists.back(request, otherwise="office:sync")


@require_http_methods(["GET", "HEAD", "POST"])
@office_page(VIEW)
def feed(request, feed_id):
    """One feed: its schedule and its last runs."""
    cursor = get_object_or_404(Cursor.objects.select_related("connection"), pk=feed_id)
    can_change = request.user.has_perm(CHANGE)
    initial = {
        **as_entered(cursor.interval_seconds),
        "from_date": cursor.from_date,
        "max_rows": cursor.max_rows,
    }
    form = ScheduleForm(request.POST or None, initial=initial)
    if request.method == "POST":
        if not can_change:
            raise PermissionDenied
        if form.is_valid():
            steering.schedule(
                cursor_id=cursor.pk,
                interval_seconds=form.cleaned_data["interval_seconds"],
                from_date=form.cleaned_data["from_date"],
                max_rows=form.cleaned_data["max_rows"],
                now=timezone.now(),
            )
            messages.success(request, _("The schedule was changed."))
            return redirect("office:sync-feed", feed_id=cursor.pk)
    runs = list(cursor.runs.order_by("-started_at", "-pk")[:RUNS_SHOWN])
    return render(
        request,
        "erp_bridge/office/feed.html",
        {
            "feed": overview.feed_view(
                cursor, last_run=runs[0] if runs else None, held={}, now=timezone.now()
            ),
            "runs": [overview.run_view(run) for run in runs],
            "trail": _trail(),
            "form": form if can_change else None,
        },
    )


@require_safe
@office_page(VIEW)
def held_list(request):
    records = HeldRecord.objects.select_related("connection").defer("record", "raw")
    listing = lists.read(
        request,
        HeldRecordFilter(request.GET, records),
        orderings=ORDERINGS,
        size=lists.OFFICE_ROWS,
    )
    return lists.respond(
        request,
        listing,
        page="erp_bridge/office/held_list.html",
        results="erp_bridge/office/_held_results.html",
        context={
            "here": request.get_full_path(),
            "trail": _trail(),
            "here_label": _("Held records"),
        },
    )


@require_POST
@office_page(CHANGE)
def try_again(request):
    held = steering.try_again(held_id=_key(request.POST.get("again")), now=timezone.now())
    if held is None:
        messages.info(request, _("That record is not held any more."))
    else:
        messages.success(
            request,
            _("The ERP will be asked for %(number)s again.")
            % {"number": held.number or held.remote_id},
        )
    return lists.back(request, otherwise="office:sync")


@require_safe
@office_page(VIEW)
def records(request):
    """What the portal knows of a record: bound to what, since when, held why."""
    text = request.GET.get("q", "")[:100]
    return render(
        request,
        "erp_bridge/office/records.html",
        {
            "q": text,
            "found": overview.find(text),
            "form": LookForm(initial={"number": text.strip(), "feed": Feed.ORDERS})
            if is_id(text.strip())
            else None,
            "trail": _trail(),
            "here": _("Story of a record"),
        },
    )


@require_POST
@office_page(VIEW)
def ask(request):
    """Has an ERP asked what it holds for a record now, by its id or by its number."""
    form = LookForm(request.POST)
    if not form.is_valid():
        raise Http404
    asked = looking.ask(
        connection_id=form.cleaned_data["connection"].pk,
        feed=Feed(form.cleaned_data["feed"]),
        remote_id=form.cleaned_data["remote_id"],
        number=form.cleaned_data["number"],
        asked_by=request.user,
        now=timezone.now(),
    )
    return redirect("office:sync-look", look_id=asked.pk)


@require_safe
@office_page(VIEW)
def look(request, look_id):
    """What the ERP holds for a record beside what is here, or a page that waits for the answer."""
    asked = get_object_or_404(Look.objects.select_related("connection", "asked_by"), pk=look_id)
    name = asked.remote_id or asked.number
    context = {
        "look": asked,
        "name": name,
        "records": comparing.compare(asked),
        "is_still_here": asked.remote_id and comparing.is_still_here(asked),
        "asks_again": not asked.is_answered and timezone.now() - asked.asked_at < looking.PATIENCE,
    }
    if request.htmx and not request.htmx.history_restore_request:
        response = render(request, "erp_bridge/office/_look.html", context)
    else:
        story = f"{reverse('office:sync-records')}?{urlencode({'q': name})}"
        trail = [*_trail(), (_("Story of a record"), story)]
        here = _("What the ERP holds")
        response = render(
            request, "erp_bridge/office/look.html", {**context, "trail": trail, "here": here}
        )
    patch_vary_headers(response, ["HX-Request"])
    return response


def _trail():
    return [(_("Sync"), reverse("office:sync"))]


def _key(text):
    """A key from a form; 404 for what is none."""
    if not text or not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)
