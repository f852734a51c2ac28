"""The icon that browsers ask for by its old name where no page names one, such as beside a PDF."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
@cache_control(public=True, max_age=24 * 3600)
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """To the mark that every page names; its own address changes with its content."""
    return HttpResponseRedirect(static("img/mark.svg"))
