"""How a machine shows who it is: `Authorization: Bearer <token>` (RFC 6750)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from tenants.models import MachineToken
from tenants.models.tokens import digest

UNAUTHORISED = "No valid machine token. Send Authorization: Bearer <token>, with a token of this tenant."


def authenticate(request: HttpRequest) -> MachineToken | None:
    """The entered tenant's token that the request carries, if it is neither expired nor revoked."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return None
    token = MachineToken.objects.filter(digest=digest(secret.strip())).first()
    return token if token is not None and token.is_good(timezone.now()) else None


def unauthorised(request: HttpRequest) -> HttpResponse:
    """401, the same for a missing, wrong, expired, revoked or foreign token and for an invented tenant."""
    answer = JsonResponse({"error": UNAUTHORISED}, status=401)
    answer["WWW-Authenticate"] = 'Bearer realm="breakglass"'
    answer["Cache-Control"] = "no-store"
    return answer
