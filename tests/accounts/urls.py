"""Pages that stand for those of other apps: they only say what the decorators let through."""

from django.http import HttpResponse
from django.urls import path

from accounts.models import Address
from accounts.permissions import customer_page, member_page, office_page, visible
from accounts.sections import Section
from portal.urls import urlpatterns as real


@customer_page(Section.ORDERS)
def orders(request):
    return HttpResponse(f"orders of {request.customer.number}")


@member_page
def thing(request, name):
    [found] = visible(Address.objects.filter(name=name), user=request.user, section=Section.ORDERS)
    return HttpResponse(f"thing of {found.customer.number}")


@customer_page(Section.PLACE_ORDERS, writes=True)
def write(request):
    return HttpResponse(f"written for {request.customer.number}: {request.POST.getlist('line')}")


@office_page("orders.view_order")
def office(request):
    return HttpResponse("office orders")


urlpatterns = [
    path("test/orders/", orders),
    path("test/things/<str:name>/", thing),
    path("test/write/", write),
    path("test/office/", office),
    *real,
]
