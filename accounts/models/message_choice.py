from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["MessageChoice"]


class MessageChoice(models.Model):
    """Whether one person wants to be told of one kind of thing by one channel.

    Who has not chosen has no row, and is told as the channel does by itself.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="message_choices",
        verbose_name=_("user"),
    )
    kind = models.CharField(_("kind"), max_length=40)
    channel = models.CharField(_("channel"), max_length=20)
    is_on = models.BooleanField(_("wanted"))

    class Meta:
        verbose_name = _("choice of messages")
        verbose_name_plural = _("choices of messages")
        constraints = [
            models.UniqueConstraint(name="message_choice_once", fields=["user", "kind", "channel"])
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.channel} {self.is_on}"
