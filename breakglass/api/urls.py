"""Addresses for machines, under /t/<tenant>/api/v1/."""

from django.urls import path

from breakglass.api.bypasses import bypasses
from breakglass.api.check import check
from breakglass.api.deploys import deploys
from breakglass.api.verdicts import verdicts

urlpatterns = [
    path("check", check, name="api-check"),
    path("deploys", deploys, name="api-deploys"),
    path("verdicts", verdicts, name="api-verdicts"),
    path("bypasses", bypasses, name="api-bypasses"),
]
