"""The addresses of allauth that stand so far; its other pages are not routed."""

from allauth.account import views as allauth
from django.urls import path

from accounts.views import sign_in

urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("signed-out/", sign_in.signed_out, name="account_signed_out"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
]
