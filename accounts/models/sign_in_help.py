from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["HelpReason", "SignInHelp"]


class HelpReason(models.TextChoices):
    WRONG_PASSWORD = "wrong_password", _("wrong password")
    FORGOTTEN = "forgotten", _("forgotten password")


class SignInHelp(models.Model):
    """Somebody at this address could not sign in: work for the worker, deleted once it is done.

    Written for every address, whether somebody has it or not, so that nobody can tell by the time
    an answer takes.
    """

    reason = models.CharField(_("reason"), max_length=14, choices=HelpReason.choices)
    email = models.EmailField(_("e-mail address"))
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        verbose_name = _("help to sign in")
        verbose_name_plural = _("help to sign in")
        constraints = [
            models.CheckConstraint(
                name="sign_in_help_reason_is_known", condition=Q(reason__in=HelpReason.values)
            )
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.pk}"
