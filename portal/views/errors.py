"""The pages for what went wrong: each says so in plain words and offers a way on."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponseServerError
from django.shortcuts import render
from django.template import loader
from django.views.decorators.csrf import requires_csrf_token


@login_not_required
def bad_request(request, exception=None):
    return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


@login_not_required
def forbidden(request, exception=None):
    """A reason raised as `PermissionDenied(reason)` is shown: it says whom to ask."""
    return render(
        request, "403.html", {"reason": str(exception or "")}, status=HTTPStatus.FORBIDDEN
    )


@login_not_required
def not_found(request, exception=None):
    return render(request, "404.html", status=HTTPStatus.NOT_FOUND)


@login_not_required
def server_error(request):
    """Rendered without the request, because what failed may be what every page needs."""
    return HttpResponseServerError(loader.render_to_string("500.html"))


@login_not_required
@requires_csrf_token
def csrf_failure(request, reason=""):
    """The form came without its token: an old page, or cookies switched off."""
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)
