"""The addresses of allauth that stand so far; its other pages are not routed."""

from allauth.account import views as allauth
from django.urls import path

from accounts.views import passwords, provider, registration, sign_in

urlpatterns = [
    path("login/", sign_in.sign_in, name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("signed-out/", sign_in.signed_out, name="account_signed_out"),
    path("oidc/office/login/callback/", provider.callback, name="account_provider_callback"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("restricted/", sign_in.restricted, name="account_restricted"),
    path("password/reset/", passwords.reset, name="account_reset_password"),
    path("password/reset/done/", passwords.reset_done, name="account_reset_password_done"),
    path("register/", registration.register, name="account_register"),
    path("register/<str:token>/", registration.attempt, name="account_registration"),
]
