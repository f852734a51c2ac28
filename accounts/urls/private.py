"""Private links. An address with more than the token has a view of its own (`private_address`)."""

from django.urls import path

from accounts.views import private, registration, secure_mail

urlpatterns = [
    path("<str:token>/", private.open_link, name="private-link"),
    path("<str:token>/again/", registration.link_again, name="account_register_again"),
    path("<str:token>/letter/", secure_mail.letter, name="private-secure-mail"),
    path("<str:token>/letter/mail/", secure_mail.letter_frame, name="private-secure-mail-frame"),
    path(
        "<str:token>/letter/files/<int:file_id>/",
        secure_mail.letter_file,
        name="private-secure-mail-file",
    ),
]
