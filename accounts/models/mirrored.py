"""What every row mirrored from an ERP has in common."""

from django.db import models
from django.utils.translation import gettext_lazy as _

__all__ = ["Mirrored"]


class Mirrored(models.Model):
    """A row that an ERP owns and the portal shows, or one born here that an ERP may take over.

    `source` is the code of the connection it came from, empty for what was born in the portal. The
    ERP's internal key is not here: bindings hold it. `removed_at` keeps a row that the ERP
    deleted, because documents, messages and people's memories still point at it.
    """

    source = models.CharField(_("source"), max_length=30, blank=True, editable=False)
    changed_at = models.DateTimeField(_("changed in the ERP"), null=True, editable=False)
    read_at = models.DateTimeField(_("read from the ERP"), null=True, editable=False)
    removed_at = models.DateTimeField(_("removed from the ERP"), null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None
