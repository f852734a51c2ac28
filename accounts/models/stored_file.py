from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

__all__ = ["StoredFile"]


class StoredFile(models.Model):
    """The frozen bytes of one file outside the web root, told apart by their SHA-256.

    Written once and never changed: another content is another row. It stays as long as anything
    points at it; what deletes its own papers lets their files go by `stored_files.forget`, and a
    sweep takes what was left lying (`stored_files.forget_unused`).
    """

    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    media_type = models.CharField(_("media type"), max_length=100, editable=False)
    content = models.FileField(_("content"), upload_to="files/", max_length=200, editable=False)
    created_at = models.DateTimeField(_("created"), editable=False)
    # When somebody last brought these bytes, who may be about to point at them.
    kept_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.CheckConstraint(
                name="stored_file_sha256_is_hex", condition=Q(sha256__regex="^[0-9a-f]{64}$")
            )
        ]

    def __str__(self) -> str:
        return self.sha256
