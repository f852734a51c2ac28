import mimetypes

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.mirrored import Mirrored
from accounts.models.stored_file import StoredFile

__all__ = ["DocumentState", "FiledDocument"]


class DocumentState(models.TextChoices):
    LISTED = "listed", _("In the ERP")
    WANTED = "wanted", _("Being fetched")
    STORED = "stored", _("Ready")
    FAILED = "failed", _("Not to be had")


class FiledDocument(Mirrored):
    """A paper about an object: the ERP's, fetched when first asked for, or one the portal prints.

    Listed → wanted (somebody opened it) → stored, or failed with the reason for the office. A
    change in the ERP lists its paper anew; the file of the earlier version stays stored.

    The portal's own papers have no source and are never listed. They are printed once: what the
    ERP changes afterwards makes another row of the next `version`. `fingerprint` tells whether
    anything binding changed, `layout` by which templates it was printed.
    """

    name = models.CharField(_("name"), max_length=255)
    number = models.CharField(_("number"), max_length=40, blank=True)
    media_type = models.CharField(_("media type"), max_length=255)
    size = models.PositiveBigIntegerField(_("size in bytes"), null=True)
    issued_at = models.DateTimeField(_("issued"), null=True)
    state = models.CharField(
        _("state"), max_length=6, choices=DocumentState.choices, default=DocumentState.LISTED
    )
    wanted_at = models.DateTimeField(_("asked for"), null=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1, db_default=1)
    fingerprint = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    language = models.CharField(_("language"), max_length=10, blank=True, db_default="")
    layout = models.CharField(_("layout"), max_length=20, blank=True, db_default="")
    claimed_until = models.DateTimeField(null=True, editable=False)
    failure = models.CharField(_("why it failed"), max_length=500, blank=True)
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("file")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_state_is_known", condition=Q(state__in=DocumentState.values)
            ),
            models.CheckConstraint(
                name="%(class)s_stored_has_a_file",
                condition=~Q(state="stored") | Q(file__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_wanted_has_a_time",
                condition=~Q(state="wanted") | Q(wanted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="%(class)s_ours_has_a_fingerprint",
                condition=~Q(source="") | (~Q(fingerprint="") & ~Q(state="listed")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """What a person would call it: its name, without the ending that files of its type have."""
        return self.name.removesuffix(mimetypes.guess_extension(self.media_type) or "")

    @property
    def is_ours(self) -> bool:
        """Printed by the portal, not kept by an ERP."""
        return not self.source

    @property
    def is_ready(self) -> bool:
        return self.state == DocumentState.STORED

    @property
    def has_failed(self) -> bool:
        return self.state == DocumentState.FAILED
