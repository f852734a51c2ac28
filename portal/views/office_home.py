"""What matters to the office now."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import office_page


@require_safe
@office_page()
def home(request):
    return render(request, "portal/office/home.html")
