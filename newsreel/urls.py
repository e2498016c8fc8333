"""Addresses: one spelling for each, an identity key, the host and the site that they belong to.

An address is read as the fetcher reads it (w3lib's `safe_url_string`, then the host), so what is decided here about a
host holds for the request that follows. No function raises on odd input.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, unquote_plus, urljoin, urlsplit

import tldextract
from w3lib.url import canonicalize_url, safe_url_string

# Servers answer 414 to longer ones, and no article needs more.
MOST_CHARACTERS = 8192
# Bytes; PostgreSQL indexes no more than 2,704 of a row.
LONGEST_KEY = 2000

# Parameters that tell where a reader came from, never what is shown; names in lower case.
# fmt: off
TRACKING_PREFIXES = (
    "utm_", "hsa_", "mtm_", "matomo_", "piwik_", "pk_", "guce_", "at_campaign", "at_custom", "at_link_",
    "fb_action_", "vero_", "oly_",
)
TRACKING_NAMES = frozenset({
    "__hsfp", "__hssc", "__hstc", "__s", "__twitter_impression", "_branch_match_id", "_ga", "_gl", "_hsenc",
    "_hsmi", "_openstat", "at_medium", "ck_subscriber_id", "cmp", "cmpid", "cndid", "cxid", "dclid", "dicbo",
    "dm_i", "ef_id", "epik", "fb_ref", "fb_source", "fbclid", "ftag", "ftcamp", "gad_campaignid", "gad_source",
    "gbraid", "gclid", "gclsrc", "guccounter", "hsctatracking", "icid", "igsh", "igshid", "ito", "li_fat_id",
    "linkid", "mbid", "mc_cid", "mc_eid", "mibextid", "mkt_tok", "msclkid", "ncid", "ns_campaign", "ns_fee",
    "ns_linkname", "ns_mchannel", "ns_source", "ocid", "rb_clickid", "ref_src", "ref_url", "s_cid", "s_kwcid",
    "sfnsn", "soc_src", "soc_trk", "sr_share", "srsltid", "taid", "tpcc", "trk", "trkcampaign", "trkinfo",
    "ttclid", "twclid", "usqp", "wbraid", "wickedid", "wprov", "wt_mc", "wtmc", "xtor", "yclid", "ysclid",
})
# fmt: on
AMP_PARAMETERS = frozenset({("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp")})
VARIANT_HOSTS = ("m", "mobile", "amp")
HOME_PATHS = frozenset({"/", "/index.html", "/index.htm", "/index.php", "/home", "/home.html"})

_PORTS = {"http": 80, "https": 443}
_HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_.])?")
_NUMBER = re.compile(r"\d+|0x[0-9a-f]*")
# What the fetcher takes as it is spelled; most addresses are such.
_AS_FETCHED = re.compile(
    r"https?://(?:(?!xn--)[a-z0-9][a-z0-9-]{0,61}\.){1,4}[a-z]{2,20}/[A-Za-z0-9/_.~-]*(?:\?[A-Za-z0-9=&_.-]+)?"
)
_CONTROLS = "".join(map(chr, range(33)))
_AMP_SUFFIX = re.compile(r"(?<=[^/])/amp/?$")
# The list that comes with the package: nothing is fetched, nothing is cached on disk. Private suffixes (blog hosters)
# count, so that two of their tenants are two sites.
_SITES = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), include_psl_private_domains=True)


def canonicalise(url: str) -> str:
    """The one spelling of a web address; anything else comes back as it is, stripped.

    Host in lower case, no default port, no fragment, no tracking parameters, the other parameters sorted, escapes in
    one form. The host stays the one that a request for `url` would go to; to do it twice changes nothing.

    >>> canonicalise("HTTPS://Example.COM:443/a?utm_source=x&b=2&a=1#top")
    'https://example.com/a?a=1&b=2'
    """
    text = url.strip(_CONTROLS)
    parts = _split(text)
    if parts is None:
        return text
    netloc = parts.netloc if parts.port != _PORTS[parts.scheme] else parts.netloc.rpartition(":")[0]
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _tracks(pair))
    spelled = canonicalize_url(parts._replace(netloc=netloc, query=query, fragment="").geturl())
    return spelled if _same_host(host_of(spelled), parts.hostname or "") else text


# A page's addresses are asked for several times on its way, from where it is named to where it is stored.
@lru_cache(maxsize=1024)
def url_key(url: str) -> str:
    """The identity of a web address: http and https, "www.", a last slash and AMP forms make no difference.

    >>> url_key("http://www.example.com/2026/story/amp/") == url_key("https://example.com/2026/story?amp=1")
    True
    """
    if len(url) > MOST_CHARACTERS:
        # Never asked for; reading a megabyte of it takes seconds.
        return _shortened(url)
    spelled = canonicalise(url)
    parts = _split(spelled)
    if parts is None:
        return _shortened(spelled)
    user, at, _ = parts.netloc.rpartition("@")
    host = (parts.hostname or "").rstrip(".")
    bare = host.removeprefix("www.")
    port = f":{parts.port}" if parts.port else ""
    path = _AMP_SUFFIX.sub("", parts.path).rstrip("/")
    query = "&".join(pair for pair in parts.query.split("&") if not _is_amp(pair))
    return _shortened(f"{user}{at}{bare if '.' in bare else host}{port}{path}{'?' if query else ''}{query}")


def _shortened(key: str) -> str:
    """Give a key that an index takes: the end of a long one becomes its hash."""
    if len(key.encode("utf-8", "replace")) <= LONGEST_KEY:
        return key
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    return key[: LONGEST_KEY // 8] + "~" + digest


def sibling_keys(url: str) -> tuple[str, ...]:
    """The keys that the same page may have on an outlet's main, mobile and AMP hosts; a hint, no identity.

    >>> sibling_keys("https://m.example.com/a")[0]
    'example.com/a'
    """
    key = url_key(url)
    host, slash, path = key.partition("/")
    first, _, rest = host.partition(".")
    main = rest if first in VARIANT_HOSTS else host
    if "@" in host or "." not in main or _NUMBER.fullmatch(main.partition(":")[0].rpartition(".")[2]):
        return (key,)
    return tuple(f"{variant}{main}{slash}{path}" for variant in ("", *(f"{name}." for name in VARIANT_HOSTS)))


def host_of(url: str) -> str:
    """The host that a request for `url` would go to, in lower case; "" if none would be made."""
    parts = _split(url)
    return (parts.hostname or "") if parts else ""


def site_of(url: str) -> str:
    """The registered domain of a web address; an IP address or a bare name is its own site; "" if there is no host.

    >>> site_of("https://news.bbc.co.uk/1"), site_of("http://127.0.0.1:8000/")
    ('bbc.co.uk', '127.0.0.1')
    """
    host = host_of(url).rstrip(".")
    return (_SITES.extract_str(host).top_domain_under_public_suffix or host) if host else ""


def same_site(url: str, other: str) -> bool:
    """Tell whether two web addresses belong to one registered domain."""
    site = site_of(url)
    return bool(site) and site == site_of(other)


def is_web(url: str) -> bool:
    """Tell whether `url` is an http or https address with a host that can exist, and without a user name."""
    if len(url) > MOST_CHARACTERS:
        return False
    parts = _split(url)
    return parts is not None and "@" not in parts.netloc and _is_host(parts.hostname or "")


def is_door(url: str) -> bool:
    """Tell whether a feed, sitemap or listing may lie at a web address: an index must take it as it is."""
    return is_web(url) and len(url.encode("utf-8", "replace")) <= LONGEST_KEY


def is_home(url: str) -> bool:
    """Tell whether a web address is a home page: no path but the root or an index file, no parameter that counts."""
    parts = _split(canonicalise(url))
    if parts is None or (parts.path.rstrip("/") or "/") not in HOME_PATHS:
        return False
    return all(_is_amp(pair) for pair in parts.query.split("&") if pair)


def resolve(base: str, href: str) -> str | None:
    """The absolute web address that `href` on the page `base` leads to; None if it stays there or leaves the web."""
    target = re.sub(r"[\t\r\n]", "", href.strip(_CONTROLS))
    if not target or target.startswith("#") or len(target) > MOST_CHARACTERS:
        return None
    if _AS_FETCHED.fullmatch(target):
        return target
    # Browsers take a backslash in front of the query for a slash.
    path = re.split(r"[?#]", target, maxsplit=1)[0]
    try:
        joined: str = urljoin(base, path.replace("\\", "/") + target[len(path) :])
        if _AS_FETCHED.fullmatch(joined) and len(joined) <= MOST_CHARACTERS:
            return joined
        url = safe_url_string(joined)
    except ValueError:
        return None
    return url if is_web(url) else None


def _split(url: str) -> SplitResult | None:
    """The parts of a web address as the fetcher reads them; None where it would make no request."""
    try:
        parts = urlsplit(safe_url_string(url))
        # Reading the port raises where it is none.
        return parts if parts.scheme in _PORTS and parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _same_host(host: str, other: str) -> bool:
    if ":" not in host or ":" not in other:
        return host == other
    try:
        return ipaddress.ip_address(host) == ipaddress.ip_address(other)
    except ValueError:
        return False


def _tracks(pair: str) -> bool:
    name = unquote_plus(pair.partition("=")[0]).lower()
    return name in TRACKING_NAMES or name.startswith(TRACKING_PREFIXES)


def _is_amp(pair: str) -> bool:
    name, _, value = pair.partition("=")
    return (name.lower(), value.lower()) in AMP_PARAMETERS


def _is_host(host: str) -> bool:
    last = host.rstrip(".").rpartition(".")[2]
    try:
        if ":" in host:
            return ipaddress.IPv6Address(host).scope_id is None
        if _NUMBER.fullmatch(last):
            # 0x7f.1 and 2130706433 are addresses too, in spellings that only disguises need.
            return ipaddress.IPv4Address(host.removesuffix(".")).version == 4
    except ValueError:
        return False
    return _HOST_NAME.fullmatch(host) is not None and ".." not in host


def origin_of(url: str) -> str:
    """The scheme, host and port that robots.txt and politeness go by, as in "https://example.com:8443"."""
    parts = _split(url)
    if parts is None or parts.hostname is None:
        return ""
    port = parts.port
    suffix = "" if port is None or port == {"http": 80, "https": 443}.get(parts.scheme) else f":{port}"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{suffix}"
