"""Addresses for machines, under /t/<tenant>/api/v1/."""

from django.urls import path

from breakglass.api.bypasses import bypasses
from breakglass.api.check import check
from breakglass.api.deploys import deploys

urlpatterns = [
    path("check", check, name="api-check"),
    path("deploys", deploys, name="api-deploys"),
    path("bypasses", bypasses, name="api-bypasses"),
]
