from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.importing import row_error
from accounts.models.customer import Customer
from accounts.models.stored_file import StoredFile
from accounts.states import IMPORT_MARKS, IMPORT_MOVES, ImportState, OnError, RowOutcome

__all__ = ["IllegalImportMove", "PeopleImport", "PeopleImportRow"]


class IllegalImportMove(Exception):
    """An import cannot go from its state to the wanted one."""


class PeopleImportQuerySet(models.QuerySet):
    def locked(self) -> "PeopleImportQuerySet":
        """Lock the rows alone, in key order."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)


class PeopleImport(models.Model):
    """One CSV file of people that the office brought: checked row by row, then applied once.

    Nothing but its own rows is written before somebody confirms it, and it is confirmed once. The
    file and the rows are forgotten some time after; what they did stands in the audit.
    """

    kind = models.CharField(_("kind"), max_length=20)
    state = models.CharField(
        _("state"), max_length=10, choices=ImportState.choices, default=ImportState.WAITING
    )
    file = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", verbose_name=_("file")
    )
    file_name = models.CharField(_("file name"), max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    created_at = models.DateTimeField(_("created"))
    # How far the step of the worker has come, of about how many rows.
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(default=0)
    on_error = models.CharField(
        _("on a wrong row"), max_length=4, choices=OnError.choices, default=OnError.STOP
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    failure = models.CharField(_("what went wrong"), max_length=500, blank=True)
    claimed_until = models.DateTimeField(null=True, editable=False)

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="people_import_state_is_known", condition=Q(state__in=ImportState.values)
            ),
            models.CheckConstraint(
                name="people_import_on_error_is_known", condition=Q(on_error__in=OnError.values)
            ),
            models.CheckConstraint(
                name="people_import_is_applied_when_confirmed",
                condition=~Q(state__in=["confirmed", "applying", "done", "stopped"])
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="people_import_at_work",
                fields=["created_at"],
                condition=Q(state__in=["waiting", "confirmed", "applying"]),
            ),
            models.Index(name="people_import_newest", fields=["created_at", "id"]),
        ]

    def __str__(self) -> str:
        return self.file_name

    def move_to(self, state: ImportState, **changes: Any) -> None:
        """Take a legal step and save it; raises IllegalImportMove for any other."""
        if state not in IMPORT_MOVES[ImportState(self.state)]:
            raise IllegalImportMove(f"import {self.pk}: {self.state} -> {state}")
        for name, value in {"state": state, "claimed_until": None, **changes}.items():
            setattr(self, name, value)
        self.save(update_fields=["state", "claimed_until", *changes])

    @property
    def mark(self) -> str:
        """The kind of status that pages show it by."""
        return IMPORT_MARKS[ImportState(self.state)]

    @property
    def is_at_work(self) -> bool:
        return self.state in {ImportState.WAITING, ImportState.CONFIRMED, ImportState.APPLYING}

    @property
    def is_checked(self) -> bool:
        return self.state == ImportState.CHECKED

    @property
    def is_applied(self) -> bool:
        return self.state in {ImportState.DONE, ImportState.STOPPED}

    @property
    def has_stopped(self) -> bool:
        return self.state == ImportState.STOPPED


class PeopleImportRow(models.Model):
    """One row of an import: as it was written, as it is understood, what is wrong with it.

    `plan` is what it will do, `outcome` what it has done; both are empty where it does nothing.
    """

    run = models.ForeignKey(PeopleImport, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    cells = models.JSONField(encoder=DjangoJSONEncoder)
    values = models.JSONField(default=dict)
    errors = models.JSONField(default=list)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, related_name="+")
    subject = models.CharField(max_length=300, blank=True)
    # Rows of a lower rank go first: who becomes account admin, before others stop being it.
    rank = models.PositiveSmallIntegerField(default=0)
    plan = models.CharField(max_length=9, choices=RowOutcome.choices, blank=True)
    outcome = models.CharField(max_length=9, choices=RowOutcome.choices, blank=True)

    class Meta:
        verbose_name = _("row of an import")
        verbose_name_plural = _("rows of an import")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="people_import_row_once", fields=["run", "number"]),
            models.CheckConstraint(
                name="people_import_row_plan_is_known",
                condition=Q(plan__in=["", *RowOutcome.values]),
            ),
            models.CheckConstraint(
                name="people_import_row_outcome_is_known",
                condition=Q(outcome__in=["", *RowOutcome.values]),
            ),
            models.CheckConstraint(
                name="people_import_row_is_wrong_or_planned",
                condition=Q(errors=[]) | Q(plan="") | Q(outcome="failed"),
            ),
        ]
        indexes = [
            models.Index(name="people_import_row_order", fields=["run", "rank", "customer", "id"]),
            models.Index(
                name="people_import_row_wrong",
                fields=["run", "number"],
                condition=~Q(errors=[]),
            ),
        ]

    def __str__(self) -> str:
        return f"row {self.number} of import {self.run_id}"

    def refuse(self, column: str, code: str, **params: Any) -> None:
        """Note what is wrong in a cell and save it; a row that is wrong does nothing."""
        error = row_error(column, self.cells.get(column, ""), code, **params)
        self.errors, self.plan = [*self.errors, error], ""
        self.save(update_fields=["errors", "plan"])
