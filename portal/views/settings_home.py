from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import office_page
from portal.navigation import settings_pages


@require_safe
@office_page()
def settings_home(request):
    """The list of what the office may set: the pages that this person may open."""
    pages = settings_pages(request)
    if not pages:
        raise PermissionDenied
    return render(request, "portal/office/settings.html", {"pages": pages})
