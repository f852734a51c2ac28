"""The order form behind a link."""

from django.urls import path

from orders.views import public

urlpatterns = [
    path("<str:code>/", public.order_form, name="order-form"),
    path("<str:code>/review/", public.review, name="order-form-review"),
    path("<str:code>/embed.js", public.embed, name="order-form-embed"),
    path("<str:code>/style.css", public.style, name="order-form-style"),
    path("<str:code>/sent/", public.sent, name="order-form-sent"),
]
