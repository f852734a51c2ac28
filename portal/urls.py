"""All addresses, one include an app."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from portal.lib.addresses import NUMBER
from portal.views import (
    customer_home,
    errors,
    health,
    invoice_page,
    office_bar,
    office_home,
    order_page,
    settings_home,
)
from portal.views.favicon import favicon
from portal.views.style_guide import style_guide

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

customer_pages: list[URLPattern | URLResolver] = [
    path("", customer_home.home, name="home"),
    path("", include("accounts.urls.customer")),
    path("", include("orders.urls.customer")),
    path(f"orders/{NUMBER}/", order_page.customer_order, name="order-page"),
    path("", include("invoices.urls.customer")),
    path(f"invoices/{NUMBER}/", invoice_page.customer_invoice, name="invoice-page"),
]
office_pages: list[URLPattern | URLResolver] = [
    path("", office_home.home, name="home"),
    path("bar/", office_bar.bar, name="bar"),
    path("settings/", settings_home.settings_home, name="settings"),
    path("", include("accounts.urls.office")),
    path("", include("orders.urls.office")),
    path(f"orders/{NUMBER}/", order_page.office_order, name="order-page"),
    path("", include("invoices.urls.office")),
    path(f"invoices/{NUMBER}/", invoice_page.office_invoice, name="invoice-page"),
    path("", include("erp_bridge.urls.office")),
    path("style-guide/", style_guide, name="style-guide"),
    path("style-guide/<str:layout>/", style_guide, name="style-guide-layout"),
]

urlpatterns = [
    path("", include((customer_pages, "customer"))),
    path("language/", login_not_required(set_language), name="set_language"),
    path("office/", include((office_pages, "office"))),
    path("order-form/", include(("orders.urls.public", "public"))),
    path("favicon.ico", favicon, name="favicon"),
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("accounts/", include("accounts.urls.sign_in")),
    path("p/", include("accounts.urls.private")),
    path("p/", include("orders.urls.private")),
    path("admin/", admin.site.urls),
]
