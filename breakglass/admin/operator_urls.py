"""The addresses of the operator's admin, below its mount."""

from django.urls import path

from breakglass.admin.operator import site

urlpatterns = [path("", site.urls)]
