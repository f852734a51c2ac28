from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

__all__ = ["AccountSettings"]


class AccountSettings(models.Model):
    """How the office has set who gets in and how: one row."""

    restricted_groups = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("restricted customer groups"),
        default=list,
        blank=True,
    )
    internal_domains = ArrayField(
        models.CharField(max_length=253),
        verbose_name=_("internal domains"),
        default=list,
        blank=True,
    )
    staff_second_step = models.BooleanField(
        _("the office signs in with a second step"),
        default=False,
    )
    sms_situations = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("told by text message too"),
        default=list,
        blank=True,
    )
    closed_sections = ArrayField(
        models.CharField(max_length=40),
        verbose_name=_("closed office sections"),
        help_text=_("Nobody in the office opens these, whatever the roles say."),
        default=list,
        blank=True,
    )

    class Meta:
        verbose_name = _("account settings")
        verbose_name_plural = _("account settings")
        default_permissions = ("view", "change")
        constraints = [
            models.CheckConstraint(name="account_settings_are_one_row", condition=Q(pk=1)),
            # Whoever keeps the roles could otherwise lock the door behind everybody.
            models.CheckConstraint(
                name="account_settings_leave_roles_open",
                condition=~Q(closed_sections__contains=["roles"]),
            ),
        ]

    def __str__(self) -> str:
        return str(self._meta.verbose_name)
