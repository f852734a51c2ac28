from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.utils import timezone

from accounts.services import sign_in


@receiver(user_logged_in, dispatch_uid="accounts.begin_session")
def begin_session(sender, request, user, **kwargs):
    sign_in.begin(session=request.session, now=timezone.now())
