"""Addresses that begin where an admin is mounted.

The Django admin knows nothing of a tenant in its addresses. So it has a set of its own, below the mount: while one of
its pages is made, those addresses are the ones in force (for this thread alone); an act in between sees the portal's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, set_script_prefix, set_urlconf


@contextmanager
def mounted(request: HttpRequest, urls: str, prefix: str) -> Iterator[None]:
    """These addresses, below this prefix, until the block ends."""
    vars(request)["outside"] = get_script_prefix()
    with _addresses(urls, prefix):
        yield


@contextmanager
def portal_addresses(request: HttpRequest) -> Iterator[None]:
    """The portal's own addresses, inside an admin's page: for acts, and for links out of the admin."""
    with _addresses(None, vars(request)["outside"]):
        yield


@contextmanager
def _addresses(urls: str | None, prefix: str) -> Iterator[None]:
    before = get_urlconf(), get_script_prefix()
    set_urlconf(urls)
    set_script_prefix(prefix)
    try:
        yield
    finally:
        set_urlconf(before[0])
        set_script_prefix(before[1])
