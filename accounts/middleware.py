"""What the company and a signed-in person change about every request."""

from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import middleware as auth
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from accounts import origin
from accounts.services import acting, company, second_steps, sign_in

HEALTH = "/health/"


def session_limits(get_response):
    """End sessions that have lasted for too long, before anybody asks who is signed in."""

    def middleware(request):
        # What a page asks for by itself says "Quiet": that is nobody being there.
        is_there = "Quiet" not in request.headers
        sign_in.keep_alive(session=request.session, is_there=is_there, now=timezone.now())
        return get_response(request)

    return middleware


def audited(get_response):
    """Whatever the request changes comes from the person and the address of the request."""

    def middleware(request):
        with origin.coming_from(origin.Origin(origin.Channel.WEB, request)):
            return get_response(request)

    return middleware


def companys_clocks(get_response):
    """Days and times are those of the company's zone, whoever looks, signed in or not.

    Machines that ask for the health of the process are told none, and no database is needed.
    """

    def middleware(request):
        if request.path_info.startswith(HEALTH):
            return get_response(request)
        with timezone.override(ZoneInfo(company.current().time_zone)):
            return get_response(request)

    return middleware


def personal(get_response):
    """The person's language, and no copy in any cache.

    Stands after LocaleMiddleware, whose choice for strangers it overrules.
    """

    def middleware(request):
        if not request.user.is_authenticated:
            return get_response(request)
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language()
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return middleware


def as_customer(get_response):
    """Staff who look at a customer's pages as the customer do so in this request, or not any more.

    Stands after MessageMiddleware, because the end is told.
    """

    def middleware(request):
        if acting.is_begun(request.session) and request.user.is_authenticated:
            _resume(request, timezone.now())
        return get_response(request)

    return middleware


def _resume(request, now):
    request.user.acting = acting.resume(session=request.session, user=request.user, now=now)
    if request.user.acting is not None:
        origin.act_as(request.user.acting.customer.pk)
        return
    stopped = acting.stop(session=request.session, now=now)
    if stopped is not None:
        messages.warning(
            request,
            _("You do not look at the pages of %(customer)s any more.")
            % {"customer": stopped.customer},
        )


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Django's, except that people come back to the page that was open when the session ended.

    That is not the fragment that htmx asked for, and not the address that takes a form. htmx moves
    the whole page to the sign-in.
    """

    def handle_no_permission(self, request, view_func):
        login = redirect_to_login(_open_page(request), resolve_url(settings.LOGIN_URL))
        return HttpResponseClientRedirect(login.url) if request.htmx else login


class SecondStepMiddleware:
    """Leads people who have to have a second step, and have none, to set one up before all else.

    Pages for anybody stay open to them, and those that `before_second_step` marks.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        if (
            not request.user.is_authenticated
            or request.session.get(sign_in.SECOND_STEP)
            or not getattr(view, "login_required", True)
            or getattr(view, "before_second_step", False)
            or not second_steps.is_needed(request.user)
        ):
            return None
        if second_steps.of(request.user).is_there:
            # It was set up in this session, or answered before there was a note of it.
            request.session[sign_in.SECOND_STEP] = True
            return None
        redirect = HttpResponseClientRedirect if request.htmx else HttpResponseRedirect
        return redirect(reverse("mfa_index"))


def _open_page(request):
    if request.htmx:
        address = request.htmx.current_url
    elif request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    else:
        address = request.headers.get("Referer")
    if not url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}):
        return "/"
    return urlsplit(address)._replace(scheme="", netloc="", fragment="").geturl()
