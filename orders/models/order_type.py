from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

__all__ = ["OrderType"]


class OrderTypeQuerySet(models.QuerySet):
    def offered(self) -> "OrderTypeQuerySet":
        """The types that people may choose, in the office's order."""
        return self.filter(is_active=True).order_by("position", "code")

    def for_members(self) -> "OrderTypeQuerySet":
        """Those of them that members may choose when they order signed in."""
        return self.offered().filter(is_for_members=True)


class OrderType(models.Model):
    """What kind of thing is ordered, which decides what a form asks for.

    `names` holds the name by language code; `fields` says for names of the form's catalogue whether
    they are hidden, optional or required, and a field without a word there is as the catalogue has
    it; `defaults` fills a new form. Orders keep their type, so one in use is switched off and never
    deleted.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    names = models.JSONField(_("names by language"), default=dict)
    fields = models.JSONField(_("fields of the form"), default=dict, blank=True)
    defaults = models.JSONField(_("defaults"), default=dict, blank=True)
    cut_off_hours = models.PositiveSmallIntegerField(
        _("cut-off, hours"),
        default=24,
        help_text=_("How long before the first stop an order may be changed or cancelled."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("offered"), default=True)
    is_for_members = models.BooleanField(
        _("offered to members"),
        default=True,
        help_text=_("To people of customers who order signed in."),
    )

    objects = OrderTypeQuerySet.as_manager()

    class Meta:
        verbose_name = _("order type")
        verbose_name_plural = _("order types")
        constraints = [models.CheckConstraint(name="order_type_has_a_code", condition=~Q(code=""))]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """In the language of the page, else in English, else the code."""
        names: dict[str, str] = self.names
        return names.get(translation.get_language() or "") or names.get("en") or self.code
