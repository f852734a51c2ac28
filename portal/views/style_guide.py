"""The style guide: every part in every state, in each layout. People look here, and so do tests.

Its sample texts are for those who build pages, so they stay English.
"""

from datetime import UTC, date, datetime
from decimal import Decimal

from django import forms
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.permissions import office_page
from portal.lib.forms import DayInput

LAYOUTS = ("office", "customer", "public", "embed", "plain")
NOON = datetime(2026, 11, 20, 12, 5, tzinfo=UTC)

STATUSES = [
    ("Order", [
        ("wait", "Received"),
        ("go", "Confirmed"),
        ("go", "Planned"),
        ("go", "Departed"),
        ("done", "Delivered"),
        ("go", "Partly invoiced"),
        ("done", "Fully invoiced"),
        ("off", "Cancelled"),
    ]),
    ("Invoice", [
        ("wait", "Open"),
        ("go", "Partly paid"),
        ("done", "Paid"),
        ("stop", "Overdue"),
    ]),
    ("Feed", [
        ("wait", "Waiting"),
        ("go", "Running"),
        ("done", "Up to date"),
        ("look", "Late"),
        ("stop", "Failed"),
        ("off", "Off"),
    ]),
]  # fmt: skip


class ExampleForm(forms.Form):
    """Each kind of control once."""

    name = forms.CharField(
        label="Name", help_text="One line of help", initial="Alfreds Futterkiste"
    )
    amount = forms.DecimalField(
        label="Amount", widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "w-m n"})
    )
    day = forms.DateField(label="Day", required=False, widget=DayInput())
    language = forms.ChoiceField(label="Language", choices=[("en", "English"), ("fi", "Finnish")])
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    theme = forms.ChoiceField(
        label="Appearance",
        choices=[("system", "As the device"), ("light", "Light"), ("dark", "Dark")],
        widget=forms.RadioSelect,
        initial="system",
    )
    closed = forms.CharField(label="Closed", disabled=True, required=False, initial="10001")
    agreed = forms.BooleanField(label="Send me news", required=False, help_text="By e-mail")


@require_safe
@office_page()
def style_guide(request, layout="office"):
    if layout not in LAYOUTS:
        raise Http404
    here = reverse("office:style-guide")
    return render(
        request,
        "portal/office/style_guide.html",
        {
            "layout": layout,
            "layout_template": f"layouts/{layout}.html",
            "layouts": LAYOUTS,
            "here": here,
            "trail": [("Office", reverse("office:home"))],
            "statuses": STATUSES,
            "listing": {
                "path": here,
                "state": {"q": "4500", "date_from": "2026-09-21"},
                "kept": [("status", "open")],
                "has_days": True,
                "fields": [
                    {"name": "who", "label": "Who", "value": "", "choices": []},
                    {
                        "name": "kind",
                        "label": "Kind",
                        "value": "b",
                        "choices": [("a", "Rights granted"), ("b", "Settings changed")],
                    },
                ],
            },
            "choices": [
                {"label": "All", "href": here, "is_current": True},
                {"label": "Open", "href": f"{here}?status=open", "is_current": False},
            ],
            "chips": [("Number or PO: 4500", here), ("From 21 Sep 2026", here)],
            "fresh": ExampleForm(),
            "wrong": ExampleForm(WRONG, prefix="wrong"),
            "rows": ROWS,
            "menu_entries": [
                {"label": "Open", "href": here, "icon": "external-link", "key": "Enter"},
                {"label": "Cancel order", "href": here, "icon": "ban", "danger": True},
            ],
            "bulk_actions": [
                {"label": "Try again", "icon": "refresh-cw", "name": "do", "value": "again"}
            ],
            "steps": [
                {"label": "Received", "at": NOON, "detail": "ERP", "state": "past"},
                {"label": "Confirmed", "at": NOON, "state": "past"},
                {
                    "label": "Departed",
                    "at": NOON,
                    "detail": "Speedy Express",
                    "state": "now",
                    "is_current": True,
                },
                {"label": "Delivered", "detail": "expected", "state": "next"},
                {"label": "Parked", "detail": "needs a person", "state": "bad"},
            ],
            "documents": [
                {"title": "Delivery note 80952-1", "note": "PDF, 41 kB", "href": here},
                {"title": "Invoice 300412", "note": "PDF, 58 kB", "href": here},
            ],
            "pairs": [
                ("Forwarding agent", "Speedy Express"),
                ("Terms", "DAP Graz"),
                ("Weight", "1,248 kg"),
            ],
            "noon": NOON,
        },
    )


WRONG = {
    "wrong-name": "Alfreds Futterkiste",
    "wrong-amount": "12,5,0",
    "wrong-day": "2026-13-40",
    "wrong-language": "en",
}
ROWS = [
    {
        "number": number,
        "reference": reference,
        "day": date(2026, 11, 20),
        "kind": kind,
        "word": word,
        "amount": Decimal(amount),
    }
    for number, reference, kind, word, amount in (
        ("11011", "4500-2281", "go", "Planned", "1824.3"),
        ("10952", "4500-2247", "done", "Delivered", "12988.75"),
        ("10938", "Kesätilaus, Käyttäjä Ääkköskö", "stop", "Overdue", "-262.5"),
    )
]
