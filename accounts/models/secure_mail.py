from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer
from accounts.models.message import OutgoingMessage
from accounts.models.stored_file import StoredFile

__all__ = ["SecureMail", "SecureMailFile", "SecureMailOpening"]


class SecureMail(models.Model):
    """A mail that waits here to be picked up, with its files, because the customer has a word.

    What was sent instead is `notice`. The words are sealed, and dropped with the files when the
    time is over; that it was there, and who opened it, stays.
    """

    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="+", verbose_name=_("customer")
    )
    notice = models.ForeignKey(
        OutgoingMessage,
        on_delete=models.PROTECT,
        null=True,
        related_name="secure_mails",
        verbose_name=_("notice"),
    )
    kind = models.CharField(_("kind"), max_length=40)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=250)
    sealed_text = models.TextField(blank=True, editable=False)
    sealed_html = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(_("written"))
    expires_at = models.DateTimeField(_("kept until"))

    class Meta:
        verbose_name = _("secure mail")
        verbose_name_plural = _("secure mails")
        indexes = [
            models.Index(
                name="secure_mail_ending", fields=["expires_at"], condition=~Q(sealed_text="")
            )
        ]

    def __str__(self) -> str:
        return f"secure mail {self.pk}"


class SecureMailFile(models.Model):
    """A file that waits with a secure mail, under the name its reader sees."""

    mail = models.ForeignKey(SecureMail, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("file name"), max_length=200)

    class Meta:
        verbose_name = _("file of a secure mail")
        verbose_name_plural = _("files of secure mails")

    def __str__(self) -> str:
        return self.name


class SecureMailOpening(models.Model):
    """Somebody came for a secure mail and opened it, took a file, or had to go. Only added."""

    class Outcome(models.TextChoices):
        OPENED = "opened", _("Opened")
        FILE = "file", _("File taken")
        REFUSED = "refused", _("Wrong number or word")
        SLOWED = "slowed", _("Had to wait")

    mail = models.ForeignKey(SecureMail, on_delete=models.CASCADE, related_name="openings")
    at = models.DateTimeField(_("when"))
    outcome = models.CharField(_("outcome"), max_length=7, choices=Outcome.choices)
    file_name = models.CharField(_("file name"), max_length=200, blank=True)
    address = models.GenericIPAddressField(_("from where"), null=True)

    class Meta:
        verbose_name = _("opening of a secure mail")
        verbose_name_plural = _("openings of secure mails")
        constraints = [
            models.CheckConstraint(
                name="secure_mail_outcome_is_known",
                condition=Q(outcome__in=["opened", "file", "refused", "slowed"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.mail_id} {self.outcome}"
