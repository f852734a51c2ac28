"""The addresses of allauth that stand so far; its other pages are not routed."""

from allauth.account import views as allauth
from django.urls import path

from accounts.views import passwords, provider, proving, registration, security, sign_in

urlpatterns = [
    path("login/", sign_in.sign_in, name="account_login"),
    path("logout/", sign_in.sign_out, name="account_logout"),
    path("signed-out/", sign_in.signed_out, name="account_signed_out"),
    path("oidc/office/login/callback/", provider.callback, name="account_provider_callback"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("restricted/", sign_in.restricted, name="account_restricted"),
    path("password/reset/", passwords.reset, name="account_reset_password"),
    path("password/change/", passwords.change, name="account_change_password"),
    path("email/", passwords.change_email, name="account_change_email"),
    path("reauthenticate/", proving.prove, name="account_reauthenticate"),
    path("2fa/", security.overview, name="mfa_index"),
    path("2fa/authenticate/", proving.second_step, name="mfa_authenticate"),
    path("2fa/totp/activate/", security.add_app, name="mfa_activate_totp"),
    path("2fa/totp/activate/code.svg", security.app_picture, name="mfa_totp_picture"),
    path("2fa/totp/deactivate/", security.remove_app, name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/generate/",
        security.recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/webauthn/login/", proving.passkey_sign_in, name="mfa_login_webauthn"),
    path("2fa/webauthn/add/", security.add_passkey, name="mfa_add_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/edit/", security.rename_passkey, name="mfa_edit_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", security.remove_passkey, name="mfa_remove_webauthn"),
    path("sessions/", security.session_list, name="usersessions_list"),
    path("sessions/<int:pk>/end/", security.end_session, name="usersessions_end"),
    path("sessions/end-others/", security.end_other_sessions, name="usersessions_end_others"),
    path("password/reset/done/", passwords.reset_done, name="account_reset_password_done"),
    path("register/", registration.register, name="account_register"),
    path("register/<str:token>/", registration.attempt, name="account_registration"),
]
