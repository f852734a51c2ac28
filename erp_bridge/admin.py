"""The way to the ERPs, set up by superusers. Schedules are kept on the office's sync page."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from erp_bridge import connecting
from erp_bridge.models import Connection
from portal.lib.http import BadAddress, Endpoint

__all__: list[str] = []


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """A connection with its password, which can be given but never read."""

    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Sealed when it is saved, and never shown. Empty keeps the one that is there."),
    )
    drop_password = forms.BooleanField(label=_("Without a password"), required=False)
    page_size = forms.IntegerField(label=_("Rows a page"), min_value=1, max_value=5000, initial=500)
    timeout_seconds = forms.IntegerField(
        label=_("Time-out of one request, s"), min_value=1, max_value=300, initial=30
    )

    class Meta:
        model = Connection
        fields = [
            "code",
            "name",
            "kind",
            "url",
            "username",
            "is_active",
            "page_size",
            "timeout_seconds",
            "overlap_seconds",
        ]

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"]
        try:
            Endpoint(url, max_bytes=1)
        except BadAddress as error:
            raise forms.ValidationError(str(error)) from error
        return url


@admin.register(Connection)
class ConnectionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    """No connection is deleted: its code marks every row that came through it. It is paused."""

    form = ConnectionForm
    list_display = ["name", "code", "kind", "url", "is_active"]
    ordering = ["code"]
    fieldsets = [
        (None, {"fields": ["code", "name", "kind", "is_active"]}),
        (_("The way there"), {"fields": ["url", "username", "password", "drop_password"]}),
        (_("Reading"), {"fields": ["page_size", "timeout_seconds", "overlap_seconds"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> list[str]:
        return [] if obj is None else ["code", "kind"]

    def has_delete_permission(self, request: HttpRequest, obj: Connection | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        entered = form.cleaned_data["password"]
        password = "" if form.cleaned_data["drop_password"] else entered or None
        connecting.keep(connection=obj, password=password)
