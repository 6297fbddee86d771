import pytest

from audit.log import Actor, NoIdentity

ISSUER = "https://idp.example"


def test_an_international_domain_stands_in_ascii() -> None:
    actor = Actor("person", "1", "Ölga", "olga@müller.example", ISSUER)
    assert actor.identity == "olga@xn--mller-kva.example"
    assert actor.as_data()["name"] == "Ölga"


@pytest.mark.parametrize(
    ("kind", "san"),
    [
        ("person", "ölga@acme.example"),
        ("person", "acme.example"),
        ("person", "a@b@c"),
        ("person", "a@.example"),
        ("machine", "deployer"),
        ("machine", "https://ci.example/bühne"),
        ("portal", ""),
    ],
)
def test_what_no_certificate_can_carry_is_refused(kind: str, san: str) -> None:
    with pytest.raises(NoIdentity):
        Actor(kind, "1", "A", san, ISSUER)  # type: ignore[arg-type]
