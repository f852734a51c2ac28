"""What matters to a customer now."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import customer_page


@require_safe
@customer_page()
def home(request):
    return render(request, "portal/customer/home.html", {"customer": request.customer})
