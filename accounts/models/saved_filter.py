from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

__all__ = ["SavedFilter"]


class SavedFilter(models.Model):
    """Filters and order of one of the office's lists, under a name that one person gave.

    `query` is what the address said, written by the list itself; opened again it is an address like
    any other, so what is not understood any more is left out there. Shared ones are shown to
    everybody who may see the list, and stay their owner's. A person's list opens with the start.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="saved_filters",
        verbose_name=_("owner"),
    )
    of_list = models.CharField(_("list"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=2000)
    is_shared = models.BooleanField(_("shared with the office"), default=False)
    is_start = models.BooleanField(_("the list opens with it"), default=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                "owner", "of_list", Lower("name"), name="saved_filter_name_once"
            ),
            models.UniqueConstraint(
                name="saved_filter_one_start",
                fields=["owner", "of_list"],
                condition=Q(is_start=True),
            ),
            models.CheckConstraint(
                name="saved_filter_says_something", condition=~Q(name="") & ~Q(query="")
            ),
        ]
        indexes = [
            models.Index(
                F("of_list"), Lower("name"), name="saved_filter_shared", condition=Q(is_shared=True)
            )
        ]

    def __str__(self) -> str:
        return self.name
