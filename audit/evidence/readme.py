"""README.txt: how whoever holds a pack checks it, in three commands. Pure."""

from collections.abc import Mapping

_TEXT = """\
Evidence of {name} ({slug}), {start} up to and without {end}, UTC.

What is here: manifest.json names every file with its SHA-256; the CSV files and every count in it are computed from
log/<n>/entries.jsonl and log/<n>/batches.jsonl alone. A cell of a CSV file that a spreadsheet could take for a formula
has a ' before it; the entries are untouched.

1. The whole pack: every signature, every proof, every row and count. It needs Python and this portal's audit package,
   and neither a network nor a database. Fetch trusted_root.json from the portal or from whoever anchored it, not from
   here: without it a pack is only shown to agree with itself.

   python -m audit.verify {pack} --trusted-root trusted_root.json

2. The manifest, with sigstore-python and nothing of ours:

   sigstore --trust-config log/{log}/trust_config.json verify identity --offline \\
     --bundle manifest.sigstore.json --cert-identity '{identity}' \\
     --cert-oidc-issuer '{issuer}' manifest.json

3. One entry, here the first: write its two files, then check them as above with its own actor's identity and issuer.

   python -c "import json; e = json.loads(open('log/{log}/entries.jsonl').readline()); dump = lambda v: json.dumps(v, \
ensure_ascii=False, sort_keys=True, separators=(',', ':')); \
open('entry.json', 'w', encoding='utf-8').write(dump(e['entry'])); \
open('entry.sigstore.json', 'w', encoding='utf-8').write(dump(e['bundle']))"

What this proves: in Sigstore's bundle format, that nothing was changed, left out or added since the portal signed the
checkpoint of each log. The portal asserts who everybody is; compare a checkpoint kept outside the portal
(--checkpoint FILE) to see that it did not write its history anew.
"""


def write_readme(
    manifest: Mapping[str, Mapping[str, str]], *, pack: str, log: int, identity: str, issuer: str
) -> bytes:
    """The file for the pack whose manifest this is; the manifest is signed in `log` by `identity`."""
    text = _TEXT.format(
        name=manifest["tenant"]["name"],
        slug=manifest["tenant"]["slug"],
        start=manifest["parameters"]["period_start"],
        end=manifest["parameters"]["period_end"],
        pack=pack,
        log=log,
        identity=identity,
        issuer=issuer,
    )
    return text.encode()
