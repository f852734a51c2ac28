from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.utils import timezone

from accounts.services import acting, sign_in


@receiver(user_logged_in, dispatch_uid="accounts.begin_session")
def begin_session(sender, request, user, **kwargs):
    sign_in.begin(session=request.session, now=timezone.now())


@receiver(user_logged_out, dispatch_uid="accounts.end_as_customer")
def end_as_customer(sender, request, user, **kwargs):
    acting.stop(session=request.session, now=timezone.now())
