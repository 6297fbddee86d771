"""The addresses of the tenant's admin, below its mount: those of its site, and no others."""

from django.urls import path

from breakglass.admin.tenant import site

urlpatterns = [path("", site.urls)]
