"""Private links. An address with more than the token has a view of its own (`private_address`)."""

from django.urls import path

from accounts.views import private

urlpatterns = [
    path("<str:token>/", private.open_link, name="private-link"),
]
