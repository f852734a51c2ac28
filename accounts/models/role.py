from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.office_sections import Level

__all__ = ["Role", "RoleGrant", "RoleRight"]


class RoleQuerySet(models.QuerySet):
    def locked(self) -> "RoleQuerySet":
        """Lock the role rows alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class Role(models.Model):
    """A kind of work in the office, and what the identity provider calls it."""

    name = models.CharField(_("name"), max_length=80)
    claim_values = ArrayField(
        models.CharField(max_length=200),
        verbose_name=_("names at the identity provider"),
        help_text=_("One a line, spelt exactly. Whoever signs in with one of them has this role."),
        default=list,
        blank=True,
    )

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(Lower("name"), name="role_name_once"),
            models.CheckConstraint(name="role_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class RoleRight(models.Model):
    """How far a role reaches into one section of the office; no row, no access."""

    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="rights")
    section = models.CharField(_("section"), max_length=40)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)

    class Meta:
        verbose_name = _("right of a role")
        verbose_name_plural = _("rights of roles")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="role_right_once", fields=["role", "section"]),
            models.CheckConstraint(
                name="role_right_level_is_known", condition=Q(level__in=Level.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} {self.section} {self.level}"


class RoleGrant(models.Model):
    """One person's role, and who gave it: the office by hand, or the provider at each sign-in.

    Both may give the same role; what one takes away the other's grant still holds.
    """

    class Origin(models.TextChoices):
        OFFICE = "office", _("Given by the office")
        PROVIDER = "provider", _("From the identity provider")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_grants"
    )
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="grants")
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices)
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of people")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="role_grant_once", fields=["user", "role", "origin"]),
            models.CheckConstraint(
                name="role_grant_origin_is_known",
                condition=Q(origin__in=["office", "provider"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role_id} {self.origin}"
