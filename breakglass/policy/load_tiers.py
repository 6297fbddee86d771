"""Reads the tiers of a policy document: clauses, times, and that they are listed mildest first."""

from itertools import pairwise

from breakglass import durations
from breakglass.errors import BadInput
from breakglass.policy.directory import Directory, did_you_mean
from breakglass.policy.values import (
    DEFAULT_EXTENSIONS,
    DEFAULT_LAPSE,
    DEFAULT_TTL,
    Clause,
    Deputy,
    Group,
    Peers,
    Person,
    Source,
    Tier,
)
from breakglass.policy.yamldoc import Place, Refused, attempt

MOST_CLAUSES = 10
MOST_PEOPLE = 10
MOST_TTLS = 8
MOST_EXTENSIONS = 10
SHORTEST_TTL = 20
LONGEST_TTL = 24 * 60 * 60

_LATER = ("ladder", "step_up")
_PERSON = "person:"


def load_tier(place: Place, name: str, directory: Directory) -> Tier:
    """One tier. What is wrong with any part of it is noted; Refused when a part is of no use."""
    found = place.known(("approvals",), ("ttl", "lapse", "post_mortem", "extensions"), _LATER)
    approvals = attempt(_approvals, found.get("approvals"), directory)
    ttl = attempt(_ttl, found.get("ttl")) or DEFAULT_TTL
    lapse = attempt(_duration, found.get("lapse"), SHORTEST_TTL, LONGEST_TTL) or DEFAULT_LAPSE
    due, assignee = attempt(_post_mortem, found.get("post_mortem"), directory) or (None, None)
    extensions = attempt(_extensions, found.get("extensions"))
    if approvals is None:
        raise Refused
    most = DEFAULT_EXTENSIONS if extensions is None else extensions
    return Tier(name, approvals, ttl, lapse, due, assignee, most)


def check_order(tiers: list[tuple[Place, Tier]]) -> None:
    """Notes each tier that asks for fewer approvals in total than the one before it."""
    asked = [(place, sum(clause.count for clause in tier.approvals)) for place, tier in tiers]
    for (earlier, more), (place, fewer) in pairwise(asked):
        if fewer < more:
            what = f"asks for {fewer} approvals, fewer than the {more} of {earlier.path} before it"
            place.note(what, "list the tiers mildest first")


def _approvals(place: Place, directory: Directory) -> tuple[Clause, ...]:
    clauses = [attempt(_clause, item, directory) for item in place.items()]
    if not clauses:
        raise place.refuse("asks for nobody's approval", "add a clause such as {from: peers, count: 1}")
    if len(clauses) > MOST_CLAUSES:
        raise place.refuse(f"has more than {MOST_CLAUSES} clauses", "join some of them")
    if None in clauses:
        raise Refused
    return tuple(clause for clause in clauses if clause)


def _clause(place: Place, directory: Directory) -> Clause:
    found = place.known(("from", "count"), ("deputy",))
    source = attempt(_source, found.get("from"), found.get("deputy"), directory)
    count = attempt(Place.number, found.get("count"), MOST_PEOPLE)
    if source is None or count is None:
        raise Refused
    if isinstance(source, Person) and count > 1:
        found["count"].note(f"asks {count} times for one person", "write count: 1")
    if isinstance(source, Group) and (size := directory.groups[source.slug].size) < count:
        members = "1 member" if size == 1 else f"{size} members"
        what = f"asks for {count} of the group '{source.slug}', which has {members}, so nobody could complete it"
        found["count"].note(what, "add members to the group, or ask for fewer")
    return Clause(source, count)


def _source(place: Place, deputy: Place | None, directory: Directory) -> Source:
    written = place.text()
    if written.startswith(_PERSON):
        return _person(place, deputy, directory)
    if deputy:
        deputy.note("stands in for nobody", "take it out, or name a person under from")
    return Peers() if written == "peers" else _group(place, written, directory)


def _group(place: Place, slug: str, directory: Directory) -> Group:
    group = directory.groups.get(slug)
    if group is None:
        raise place.refuse(
            f"names the group '{slug[:100]}', which does not exist", did_you_mean(slug, directory.groups)
        )
    if not group.size:
        raise place.refuse(f"names the group '{slug}', which has no members; nobody could approve", "add members to it")
    return Group(group.id, slug)


def _person(place: Place, deputy: Place | None, directory: Directory) -> Person:
    named, stand_in = attempt(_member, place, directory), attempt(_member, deputy, directory)
    if named is None:
        raise Refused
    if deputy and stand_in and stand_in.member_id == named.member_id:
        deputy.note("is the person it stands in for", "name somebody else, or take it out")
    return Person(named.member_id, named.email, stand_in)


def _member(place: Place, directory: Directory) -> Deputy:
    written = place.text()
    if not written.startswith(_PERSON):
        raise place.refuse("does not name a person", "write it like person:dana@acme.example")
    email = written.removeprefix(_PERSON).lower()
    if email not in directory.members:
        what = f"names {email[:100] or 'nobody'}, who is not a member"
        raise place.refuse(what, did_you_mean(email, directory.members))
    return Deputy(directory.members[email], email)


def _ttl(place: Place) -> tuple[int, ...]:
    times = [attempt(_duration, item, SHORTEST_TTL, LONGEST_TTL) for item in place.items()]
    if not 1 <= len(times) <= MOST_TTLS:
        raise place.refuse(f"offers {len(times)} times", f"offer from 1 to {MOST_TTLS}")
    if None in times:
        raise Refused
    seconds = tuple(one for one in times if one)
    if any(later <= earlier for earlier, later in pairwise(seconds)):
        raise place.refuse("does not go from the shortest time to the longest", "order the times, each once")
    return seconds


def _post_mortem(place: Place, directory: Directory) -> tuple[int | None, Person | None]:
    found = place.known(("due",), ("assign",))
    due = attempt(_duration, found.get("due"), durations.SHORTEST, durations.LONGEST)
    return due, attempt(_assignee, found.get("assign"), directory)


def _assignee(place: Place, directory: Directory) -> Person | None:
    if place.text() == "requester":
        return None
    named = _member(place, directory)
    return Person(named.member_id, named.email)


def _extensions(place: Place) -> int:
    written = place.scalar()
    if not (written.isascii() and written.isdigit() and len(written) < 3 and int(written) <= MOST_EXTENSIONS):
        raise place.refuse(f"is not a whole number from 0 to {MOST_EXTENSIONS}", "write one in digits")
    return int(written)


def _duration(place: Place, least: int, most: int) -> int:
    written = place.scalar()
    try:
        seconds = durations.parse(written)
    except BadInput as error:
        raise place.refuse(
            f"is '{written[:40]}', which is no duration up to 90d", "write it like 20s, 15m, 4h or 5d"
        ) from error
    if not least <= seconds <= most:
        bounds = f"from {durations.show(least)} to {durations.show(most)}"
        raise place.refuse(f"is {written}, and must be {bounds}", f"write a duration {bounds}")
    return seconds
