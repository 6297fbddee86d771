"""A customer organisation."""

from django.core.validators import RegexValidator
from django.db import models

SLUG = RegexValidator(r"\A[a-z][a-z0-9-]{1,39}\Z", "Use 2 to 40 lower-case letters, digits and dashes.")


class Tenant(models.Model):
    """An organisation. Its slug is in its URLs and in its log's name, so it never changes."""

    slug = models.CharField(max_length=40, unique=True, validators=[SLUG])
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug
