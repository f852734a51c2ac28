from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.utils import timezone

from accounts.services import acting, sign_in


@receiver(user_logged_in, dispatch_uid="accounts.begin_session")
def begin_session(sender, request, user, **kwargs):
    ways = [record["method"] for record in get_authentication_records(request, user)]
    sign_in.begin(session=request.session, ways=ways, now=timezone.now())


@receiver(user_logged_out, dispatch_uid="accounts.end_as_customer")
def end_as_customer(sender, request, user, **kwargs):
    acting.stop(session=request.session, now=timezone.now())
