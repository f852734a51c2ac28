from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["MessageWording"]


class MessageWording(models.Model):
    """One version of the office's own words for a kind of message, by channel and language.

    Never changed; the highest version counts. One without words goes back to the original.
    """

    kind = models.CharField(_("kind"), max_length=40)
    channel = models.CharField(_("channel"), max_length=20)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES)
    version = models.PositiveIntegerField(_("version"))
    words = models.JSONField(_("words"), default=dict, blank=True)
    saved_at = models.DateTimeField(_("saved"))
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("saved by"),
    )

    class Meta:
        verbose_name = _("text of messages")
        verbose_name_plural = _("texts of messages")
        constraints = [
            models.UniqueConstraint(
                name="message_wording_version_once",
                fields=["kind", "channel", "language", "version"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.channel} {self.language} {self.version}"

    @property
    def is_original(self) -> bool:
        return not self.words
