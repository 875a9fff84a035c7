"""Decisions of accounts: passwords, tokens, and how failed tries are slowed down. Pure; time comes in as a value."""

import hashlib
import hmac
import ipaddress
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe

from werkzeug.security import check_password_hash, generate_password_hash

from hmswiki.foundation.database import Wording
from hmswiki.foundation.errors import N_, Refusal, TooManyAttempts


@dataclass(frozen=True)
class DemoPerson:
    """A member of the demo's cast: listed on the demo's sign-in page, and only there."""

    external_key: str
    name: str
    what: Wording
    """What this person does and may see, in a few words."""


# Passwords

SHORTEST = 12
LONGEST = 128
"""A longer one would only cost time to hash."""
_FEWEST_LETTERS = 5

METHOD = "scrypt:32768:8:1"
# Hashed like any other and matched by nothing: where there is no account, the answer takes the same work.
_NOBODY = f"{METHOD}$ZvJ0hCfJ6cXqQ5yN${'0' * 128}"


def as_typed(password: str) -> str:
    """The password as it is hashed: the same letters whatever keyboard composed them."""
    return unicodedata.normalize("NFKC", password)


def check_new_password(password: str, *, known: Collection[str | None] = ()) -> None:
    """Raise Refusal where `password` may not be chosen. `known`: what anybody knows of the person."""
    plain = as_typed(password)
    if len(plain) < SHORTEST:
        raise Refusal(
            N_("The password has %(length)s characters. Use at least %(shortest)s: words that nobody would guess."),
            field="password", length=len(plain), shortest=SHORTEST,
        )  # fmt: skip
    if len(plain) > LONGEST:
        raise Refusal(
            N_("The password has %(length)s characters. Use at most %(longest)s."),
            field="password", length=len(plain), longest=LONGEST,
        )  # fmt: skip
    if len(set(plain)) < _FEWEST_LETTERS:
        raise Refusal(
            N_("The password repeats a few characters. Use a few words that nobody would guess."),
            field="password",
        )  # fmt: skip
    if plain.casefold() in {text.casefold() for text in known if text}:
        raise Refusal(
            N_("Your own name or address is tried first. Use a few words that nobody would guess."),
            field="password",
        )  # fmt: skip


def hash_password(password: str) -> str:
    return generate_password_hash(as_typed(password), method=METHOD)


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password is the one hashed. Without a hash: no, after the same work."""
    plain = as_typed(password)
    if len(plain) > LONGEST:
        plain, password_hash = plain[:LONGEST], None
    return check_password_hash(password_hash or _NOBODY, plain) and password_hash is not None


# Tokens


def new_token() -> str:
    """What a link or a cookie carries: 256 bits that cannot be guessed."""
    return token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a token: reading it opens no door."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


# Slowing down


@dataclass(frozen=True)
class Limit:
    """`free` tries within a time; after that each further one makes the wait longer."""

    free: int
    within: timedelta


_WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
FORGOTTEN_AFTER = timedelta(hours=24)

PER_NAME = Limit(5, FORGOTTEN_AFTER)
# Many may share an address: a whole faculty can stand behind one.
PER_ADDRESS = Limit(30, timedelta(minutes=15))
RESETS_PER_NAME = Limit(3, FORGOTTEN_AFTER)
RESETS_PER_ADDRESS = Limit(10, timedelta(minutes=15))


def slowed_until(tries: Sequence[datetime], limit: Limit, at: datetime) -> datetime | None:
    """When the next try is let through, given the earlier ones; None: now."""
    recent = [tried for tried in tries if tried > at - limit.within]
    if len(recent) < limit.free:
        return None
    until = max(recent) + _WAITS[min(len(recent) - limit.free, len(_WAITS) - 1)]
    return until if until > at else None


class Slowed(TooManyAttempts):
    """Too many tries; `seconds` until the next one."""

    def __init__(self, until: datetime, at: datetime) -> None:
        self.seconds = max(1, -int((at - until).total_seconds() // 1))
        super().__init__(N_("Too many attempts. You can try again in %(minutes)s min."), minutes=-(-self.seconds // 60))


@dataclass(frozen=True)
class Bucket:
    """Tries that are counted together. The key tells nobody which name or address they were for."""

    key: str
    limit: Limit


def bucket(kind: str, value: str, limit: Limit, *, secret: str | bytes) -> Bucket:
    """The bucket of a name or address, known only by its keyed hash."""
    key = secret.encode() if isinstance(secret, str) else secret
    text = f"{kind}:{same_name(value)}"
    return Bucket(hmac.new(key, text.encode("utf-8", "replace"), hashlib.sha256).hexdigest(), limit)


def same_name(name: str) -> str:
    """A name as it is compared: without outer spaces, in small letters."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def network(address: str | None) -> str:
    """The client's address as far as it tells one client from another: an IPv6 network is one client."""
    try:
        parsed = ipaddress.ip_address((address or "").split("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is None:
            return str(ipaddress.ip_network((parsed, 64), strict=False))
        parsed = parsed.ipv4_mapped
    return str(parsed)


# Sessions

SEEN_EVERY = timedelta(hours=1)
"""When somebody was last seen is written no oftener than this."""

# In this order: most browsers also say that they are some other.
_BROWSERS = (
    ("Edge", r"\bEdg"), ("Opera", r"\bOPR/"), ("Samsung Internet", r"SamsungBrowser"), ("Vivaldi", r"\bVivaldi/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"), ("Chrome", r"\b(Chrome|CriOS|Chromium)/"), ("Safari", r"\bSafari/"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", r"\biPhone\b"), ("iPad", r"\biPad\b"), ("Android", r"\bAndroid\b"), ("ChromeOS", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"), ("macOS", r"\bMac OS X\b"), ("Linux", r"\bLinux\b"),
)  # fmt: skip


def device(user_agent: str) -> str:
    """Browser and system in a few words, "Firefox, Windows"; empty where neither is known."""
    known = (
        next((name for name, pattern in kinds if re.search(pattern, user_agent)), "") for kinds in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(name for name in known if name)
