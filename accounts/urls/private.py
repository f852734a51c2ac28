"""Private links. An address with more than the token has a view of its own (`private_address`)."""

from django.urls import path

from accounts.views import private, registration

urlpatterns = [
    path("<str:token>/", private.open_link, name="private-link"),
    path("<str:token>/again/", registration.link_again, name="account_register_again"),
]
