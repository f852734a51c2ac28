"""The order form behind a link, whose code is letters, digits, dashes and underscores."""

from django.urls import path

from orders.views import public

urlpatterns = [
    path("<slug:code>/", public.order_form, name="order-form"),
    path("<slug:code>/review/", public.review, name="order-form-review"),
    path("<slug:code>/embed.js", public.embed, name="order-form-embed"),
    path("<slug:code>/style.css", public.style, name="order-form-style"),
    path("<slug:code>/logo", public.logo, name="order-form-logo"),
    path("<slug:code>/sent/", public.sent, name="order-form-sent"),
]
