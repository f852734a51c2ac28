from dataclasses import dataclass
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat, Lower, Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.customer import Customer
from accounts.models.membership import Membership
from accounts.sections import Section
from portal.lib import email_addresses
from portal.lib.passwords import as_typed

__all__ = ["User"]


class Theme(models.TextChoices):
    SYSTEM = "system", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


def called() -> Upper:
    """Names and e-mail address in capitals, as the index of people holds them."""
    words = ("first_name", Value(" "), "last_name", Value(" "), "email")
    return Upper(Concat(*words, output_field=models.TextField()))


def domain() -> Func:
    """What follows the @ of the e-mail address, as the index of domains holds it."""
    parts = (F("email"), Value("@"), Value(2))
    return Func(*parts, function="SPLIT_PART", output_field=models.TextField())


@dataclass(frozen=True)
class Acting:
    """What a staff member may do on the pages of a customer, as that customer, in one request."""

    customer: Customer
    may_act: bool
    sections: frozenset[str]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=self.normalize_email(username))

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """The address as it is stored and compared; what is none is written in lower case."""
        text = email or ""
        try:
            return email_addresses.normalise(text)
        except email_addresses.NotAnAddress:
            return text.strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, **fields, is_staff=True, is_superuser=True)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address: a member of customers, or office staff."""

    email = models.EmailField(_("e-mail address"), unique=True)
    email_verified_at = models.DateTimeField(
        _("e-mail address proven"),
        null=True,
        editable=False,
        help_text=_("When the person last opened a link that was sent there."),
    )
    first_name = models.CharField(_("first name"), max_length=150, blank=True)
    last_name = models.CharField(_("last name"), max_length=150, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    theme = models.CharField(
        _("appearance"), max_length=6, choices=Theme.choices, default=Theme.SYSTEM
    )
    shortcuts = models.BooleanField(
        _("single-key shortcuts"),
        default=True,
        help_text=_("Keys such as / and J that act without Ctrl or Alt."),
    )
    is_staff = models.BooleanField(
        _("office staff"), default=False, help_text=_("May open the office's pages.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    second_step_required = models.BooleanField(
        _("has to sign in with a second step"), default=False, db_default=False, editable=False
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    # Set by the middleware for the length of a request, and on this object alone.
    acting: Acting | None = None

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                name="user_email_is_lower_case", condition=Q(email=Lower("email"))
            )
        ]
        indexes = [
            GinIndex(OpClass(called(), "gin_trgm_ops"), name="user_search"),
            models.Index(
                domain(), name="user_by_domain", condition=Q(email_verified_at__isnull=False)
            ),
            # The office's list, by name, and the few that stand apart in it.
            models.Index(name="user_by_name", fields=["last_name", "first_name", "id"]),
            models.Index(
                name="user_of_the_office",
                fields=["last_name", "first_name", "id"],
                condition=Q(is_staff=True),
            ),
            models.Index(
                name="user_closed",
                fields=["last_name", "first_name", "id"],
                condition=Q(is_active=False),
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = UserManager.normalize_email(self.email)

    def set_password(self, raw_password: str | None) -> None:
        """Spaces around a password do not count, here and when it is typed to sign in."""
        super().set_password(as_typed(raw_password) if raw_password else raw_password)

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(as_typed(raw_password) if raw_password else raw_password)

    def get_full_name(self) -> str:
        """Both names, or the e-mail address of a person who gave none."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    def get_short_name(self) -> str:
        return self.first_name or self.email

    @property
    def initials(self) -> str:
        """One or two letters for the round mark in the bar."""
        names = [self.first_name, self.last_name] if self.first_name else [self.email]
        return "".join(name[:1] for name in names).upper()

    def customers(self) -> models.QuerySet[Customer]:
        """The customers this person is a member of, through a family too."""
        return self.customers_with(None)

    def customers_with(self, section: Section | str | None) -> models.QuerySet[Customer]:
        """The customers for whom this person holds the section; none when not active.

        Staff who look at a customer's pages as the customer hold there, and nowhere else, what
        their roles open.
        """
        if not self.is_active:
            return Customer.objects.none()
        if self.acting is not None:
            if section is None or section in self.acting.sections:
                return Customer.objects.filter(pk=self.acting.customer.pk)
            return Customer.objects.none()
        return Membership.objects.filter(user_id=self.pk).granting(section).customers()
