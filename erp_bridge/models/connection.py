from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["Connection"]


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def locked(self) -> "ConnectionQuerySet":
        """Lock the connection rows alone, in key order; rows may still be bound to them."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Connection(models.Model):
    """One configured ERP. Its code marks every row that came from it and never changes.

    Locking its row is the right to write what it sent: pages of its feeds are written one after
    the other, whoever read them. `leased_until` only keeps a second worker from reading the same
    feeds at the same time; should two read all the same, nothing goes wrong.
    """

    class Kind(models.TextChoices):
        SOAP = "soap", _("SOAP (documented contract)")

    code = models.SlugField(_("code"), max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    url = models.CharField(_("address"), max_length=500)
    username = models.CharField(_("user name"), max_length=100, blank=True)
    sealed_secret = models.TextField(_("password, sealed"), blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    page_size = models.PositiveIntegerField(_("rows a page"), default=500)
    timeout_seconds = models.PositiveIntegerField(_("time-out of one request, s"), default=30)
    overlap_seconds = models.PositiveIntegerField(
        _("overlap, s"),
        default=300,
        help_text=_("How far back each run reads again, for rows that the ERP committed late."),
    )

    leased_until = models.DateTimeField(null=True, editable=False)
    test_wanted_at = models.DateTimeField(null=True, editable=False)
    tested_at = models.DateTimeField(_("last test"), null=True, editable=False)
    test_passed = models.BooleanField(_("answered"), null=True, editable=False)
    test_words = models.CharField(_("answer"), max_length=500, blank=True, editable=False)
    test_milliseconds = models.PositiveIntegerField(_("took, ms"), null=True, editable=False)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.CheckConstraint(
                name="connection_limits_are_sane",
                condition=Q(page_size__range=(1, 5000), timeout_seconds__range=(1, 300)),
            )
        ]

    def __str__(self) -> str:
        return self.name
