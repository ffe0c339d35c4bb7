"""Where links in articles may lead: https addresses of the hosts in `hosts.yml`, and nowhere else."""

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlsplit

from rapidfuzz import process
from rapidfuzz.distance import OSA

from content import yaml
from content.fields import Fields, Report
from content.model import frozen

Hosts = Mapping[str, str]
"""Host to note. Only the host itself is meant; a subdomain needs a line of its own."""

HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
SHOWN_HOST = re.compile(r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b")
LOOKS_LIKE = 0.8
TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|dclid|msclkid|igshid|igsh|mc_[ce]id|yclid|twclid|ttclid|ref_src|_ga|_gl"
)
SCHEMES = {
    "http": "Write https:// instead of http://",
    "tg": "Telegram links are not allowed; name the office with {{contact:...}}",
    "tel": "Phone numbers stand in contacts.yml; write {{contact:...}}",
    "mailto": "Addresses stand in contacts.yml; write {{contact:...}}",
}
NOT_LISTED = "Check that it is the official site, then add the host to hosts.yml"


def read_hosts(root: yaml.Node | None, report: Report) -> Hosts:
    remedy = "Write each host as 'kp2mi.go.id: \"whose site it is\"'"
    if not isinstance(root, yaml.Mapping):
        report(1, "There are no hosts", remedy)
        return frozen({})
    fields = Fields(root, report, tuple(root.items), "the list of hosts")
    for host in root.items:
        if not HOST.fullmatch(host) or "xn--" in host:
            fields.wrong(
                host, "is not a host name", "Write it in small letters, without https:// and without /"
            )
    return frozen({host: fields.text(host, "Say whose site it is") for host in root.items})


def fault(url: str, text: str, hosts: Hosts) -> tuple[str, str] | None:
    """What is wrong with a link that shows `text`, and how to mend it; None when nothing is."""
    if not url.isascii() or re.search(r"[\x00-\x20\\\\<>\"'`{}|^]", url):
        return "has characters that do not belong into an address", "Copy the address again from the browser"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return "is not an address", "Copy the address again from the browser"
    if parts.scheme != "https":
        return "does not start with https://", SCHEMES.get(
            parts.scheme, "Write the whole address, https://..."
        )
    if "@" in parts.netloc:
        return "hides its host behind a user name", "Remove everything up to the '@'"
    if port is not None or parts.netloc.endswith(":"):
        return "names a port", "Remove ':' and the number after the host"
    if _is_ip(host):
        return "leads to a numeric address", "Write the name of the site"
    if "xn--" in host:
        return "has a host with disguised letters", NOT_LISTED
    if host not in hosts or parts.netloc != host:
        guess = _resembled(host, hosts)
        looks = f"It looks like {guess}, but is another site. " if guess else ""
        return f"leads to {parts.netloc or 'no host'}, which is not in hosts.yml", looks + NOT_LISTED
    shown = SHOWN_HOST.search(text.lower())
    if shown and shown[0].removeprefix("www.") != host.removeprefix("www."):
        return f"shows {shown[0]} but leads to {host}", "Let the text say what the link opens"
    for key, _ in parse_qsl(parts.query, keep_blank_values=True):
        if TRACKING.fullmatch(key.lower()):
            return f"carries a tracking parameter, '{key}'", "Remove it from the address"
    return None


def _resembled(host: str, hosts: Hosts) -> str | None:
    """The listed host that somebody might take this one for; a subdomain is no disguise."""
    if any(host.endswith("." + known) for known in hosts):
        return None
    inside = [known for known in hosts if known in host]
    found = process.extractOne(
        host.replace("-", "."), list(hosts), scorer=OSA.normalized_similarity, score_cutoff=LOOKS_LIKE
    )
    return max(inside, key=len) if inside else found[0] if found else None


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return bool(re.fullmatch(r"[0-9.]+|0x[0-9a-f]+", host))
    return True
