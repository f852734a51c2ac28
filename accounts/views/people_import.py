"""Importing people from CSV files: upload, what the check found, the choice, what was done."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import importing
from accounts.import_forms import ConfirmForm, UploadForm
from accounts.models import PeopleImport
from accounts.permissions import office_page
from accounts.services import importing_members, people_import
from accounts.states import OnError
from portal.lib import csv
from portal.lib.csv_reading import NotReadable
from portal.lib.paging import Ordering, in_batches

NEWEST = 10
SHOWN = 50
ROWS_SHOWN = 20
ERROR_HEADS = ("Row", "Error")


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("accounts.change_membership")
def import_list(request):
    """Upload a file; the guide, a sample of each kind, and what was imported lately."""
    kinds = _kinds_of(request.user)
    is_sent = request.method == "POST"
    form = UploadForm(
        request.POST if is_sent else None, request.FILES if is_sent else None, kinds=kinds
    )
    if is_sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            run = people_import.upload(
                kind=importing.kind_of(form.cleaned_data["kind"]),
                name=file.name,
                content=b"".join(file.chunks()),
                by=request.user,
                now=timezone.now(),
            )
        except NotReadable as refusal:
            form.add_error("file", str(refusal.user_message))
        else:
            return redirect("office:people-import", run.pk)
    runs = PeopleImport.objects.filter(kind__in=[kind.code for kind in kinds])
    newest = runs.select_related("uploaded_by").order_by("-created_at", "-pk")[:NEWEST]
    return render(
        request,
        "accounts/office/people_imports.html",
        {
            "form": form,
            "trail": _list_trail(),
            "kinds": kinds,
            "runs": list(newest),
        },
    )


@require_safe
@office_page("accounts.change_membership")
def sample(request, kind):
    """A file to begin with."""
    found = next((each for each in _kinds_of(request.user) if each.code == kind), None)
    if found is None:
        raise Http404
    return csv.download(name=f"sample-{found.code}.csv", heads=found.heads, rows=found.sample)


@require_safe
@office_page("accounts.change_membership")
def current_rights(request):
    """Everybody's rights as they are, in the columns of the import."""
    return csv.download(
        name="rights.csv",
        heads=importing.MEMBERS.heads,
        rows=importing_members.current_rights(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@office_page("accounts.change_membership")
def import_page(request, import_id):
    """What the check found, with the choice; how far it is; what was done."""
    run = _import_of(request, import_id)
    form = ConfirmForm(
        request.POST if request.method == "POST" else None,
        initial={"on_error": OnError.STOP},
    )
    if request.method == "POST" and form.is_valid():
        try:
            people_import.confirm(
                import_id=run.pk,
                on_error=OnError(form.cleaned_data["on_error"]),
                by=request.user,
                now=timezone.now(),
            )
        except (people_import.RowsAreWrong, people_import.NothingToImport) as refusal:
            form.add_error("on_error", str(refusal.user_message))
        except people_import.Settled as refusal:
            messages.warning(request, str(refusal.user_message))
            return redirect("office:people-import", run.pk)
        else:
            return redirect("office:people-import", run.pk)
    context = {"run": run, "form": form, "trail": _trail(), **_found(run)}
    is_part = request.htmx and request.method != "POST"
    page = "_people_import.html" if is_part else "people_import.html"
    response = render(request, f"accounts/office/{page}", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@office_page("accounts.change_membership")
def import_withdraw(request, import_id):
    run = _import_of(request, import_id)
    try:
        people_import.withdraw(import_id=run.pk, by=request.user, now=timezone.now())
    except people_import.Settled as refusal:
        messages.warning(request, str(refusal.user_message))
        return redirect("office:people-import", run.pk)
    messages.success(request, _("The file is not used. Nothing was imported."))
    return redirect("office:people-import-list")


@require_safe
@office_page("accounts.change_membership")
def wrong_rows(request, import_id):
    """The wrong rows as they came, with what is wrong, to be corrected and uploaded again."""
    run = _import_of(request, import_id)
    kind = importing.kind_of(run.kind)
    rows = in_batches(run.rows.exclude(errors=[]), Ordering(("number",)))
    return csv.download(
        name=f"wrong-rows-{run.pk}.csv",
        heads=[*kind.heads, *ERROR_HEADS],
        rows=(
            [
                *(row.cells.get(head, "") for head in kind.heads),
                row.number,
                " ".join(f"{error['column']}: {_in_words(error)}" for error in row.errors),
            ]
            for row in rows
        ),
    )


def _kinds_of(user):
    return [kind for kind in importing.every_kind() if user.has_perm(kind.permission)]


def _import_of(request, import_id):
    run = get_object_or_404(
        PeopleImport.objects.select_related("uploaded_by", "confirmed_by"), pk=import_id
    )
    if not request.user.has_perm(importing.kind_of(run.kind).permission):
        raise PermissionDenied
    return run


def _found(run):
    """What the page tells of the rows; nothing while they are being read."""
    kind = importing.kind_of(run.kind)
    counts = people_import.counts(run)
    counts["to_make"] = counts["plan_created"] + counts["plan_invited"]
    counts["unchanged"] = counts["did_unchanged" if run.is_applied else "plan_unchanged"]
    counts["made"] = counts["did_created"] + counts["did_invited"]
    found = {"kind": kind, "counts": counts, "errors": [], "rows": []}
    if run.is_at_work:
        return found
    wrong = run.rows.exclude(errors=[]).order_by("number")
    found["errors"] = [
        (row.number, error["column"], error["value"], *importing.reason_of(error))
        for row in wrong[:SHOWN]
        for error in row.errors
    ][:SHOWN]
    right = run.rows.filter(errors=[]).order_by("number")
    found["rows"] = [
        (row.number, _what(row), row.subject, _written(row, kind)) for row in right[:ROWS_SHOWN]
    ]
    return found


def _written(row, kind):
    """The cells that say something, in the order of the columns."""
    return [(head, row.cells[head]) for head in kind.heads if row.cells.get(head)]


def _what(row):
    return row.get_outcome_display() if row.outcome else row.get_plan_display()


def _in_words(error):
    reason, allowed = importing.reason_of(error)
    return f"{reason} ({allowed})" if allowed else reason


def _trail():
    return [*_list_trail(), (_("Import people"), reverse("office:people-import-list"))]


def _list_trail():
    return [(_("Users"), reverse("office:user-list"))]
