"""What every template sees beside its own page: `hms`, `t` and `tn`."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask import g, get_flashed_messages, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from hmswiki.config import Settings
from hmswiki.foundation.language import LANGUAGES, OWN_NAMES
from hmswiki.foundation.permissions import Actor, Permission, Role, Within
from hmswiki.web import assets, hyphens, words
from hmswiki.web.access import allowed
from hmswiki.web.context import actor, settings, state, today
from hmswiki.web.words import _

# So many letters of a heading stand beside each other in a window of 320 px, in the widest of fonts.
_LONGEST_IN_HEADING = 12


@dataclass(frozen=True)
class MenuEntry:
    """One entry of the main menu, as shown."""

    label: str
    href: str
    current: bool


class Hms:
    """The one name that templates see, made for each template. Everything is in the reader's language."""

    languages = tuple(OWN_NAMES[code] for code in LANGUAGES)
    day = staticmethod(words.day)
    time = staticmethod(words.clock_time)
    moment = staticmethod(words.moment)
    number = staticmethod(words.number)
    count_in_words = staticmethod(words.count_in_words)
    percent = staticmethod(words.percent)
    wording = staticmethod(words.wording)
    language_name = staticmethod(words.language_name)

    def heading(self, text: str) -> str:
        """A name for the page's main heading, which a narrow window may divide where a word is long."""
        return hyphens.with_soft_hyphens(text, _LONGEST_IN_HEADING)

    def csrf_token(self) -> str:
        """The token that every form carries; a page has many forms, and one token."""
        return self._csrf_token

    @cached_property
    def _csrf_token(self) -> str:
        return str(generate_csrf())

    @cached_property
    def language(self) -> str:
        return words.current_language()

    @cached_property
    def _assets(self) -> dict[str, str]:
        """The addresses that were asked for in this request."""
        kept: dict[str, str] = g.setdefault("hmswiki_assets", {})
        return kept

    @property
    def language_links(self) -> list[tuple[str, str]]:
        """(code, its own name) of every language offered."""
        return [(code, OWN_NAMES[code]) for code in LANGUAGES]

    @cached_property
    def actor(self) -> Actor | None:
        return actor()

    @property
    def actor_line(self) -> str:
        """Under the name in the header: the first role and its unit, or the unit; set by the organisation."""
        who = actor()
        describe = state().extra.get("describe_actor")
        return str(describe(who)) if who is not None and describe is not None else ""

    @cached_property
    def settings(self) -> Settings:
        return settings()

    @property
    def today(self) -> date:
        return today()

    @property
    def menu(self) -> list[MenuEntry]:
        return state().wiki.menu()

    @property
    def personal_menu(self) -> list[MenuEntry]:
        """The entries under the person's own name."""
        return state().wiki.personal_menu()

    @property
    def sign_in_href(self) -> str | None:
        """Where to sign in and come back to this page; None where the host has no such page."""
        return state().sign_in_url(self.here)

    @cached_property
    def root(self) -> str:
        """The address beneath which all pages of the wiki stand, with a slash at its end."""
        return url_for("hmswiki.stylesheet").removesuffix("hms.css")

    @cached_property
    def front(self) -> str:
        """The address of the front page."""
        return front_page()

    def allowed(self, permission: str, within: Within | None = None) -> bool:
        return allowed(Permission(permission), within=within)

    def role_name(self, role: str) -> str:
        return role_name(role)

    def asset(self, name: str) -> str:
        """Address of a static file, with a mark that changes when the file does."""
        href = self._assets.get(name)
        if href is None:
            mark = assets.fingerprint(name)
            if name == "hms.css":
                href = url_for("hmswiki.stylesheet", v=mark)
            else:
                href = url_for("hmswiki.static", filename=name, v=mark)
            self._assets[name] = href
        return href

    def icon(self, name: str) -> Markup:
        """An icon of the sprite; never alone, always beside words."""
        return Markup('<svg class="hms-icon" aria-hidden="true"><use href="{}#{}"/></svg>').format(
            self.asset("icons.svg"), name
        )

    def panels(self, place: str, **context: Any) -> list[Markup]:
        """What other features show at `place`, in their order."""
        return state().wiki.render_panels(place, **context)

    def messages(self) -> list[tuple[str, str]]:
        """(category, text) of what earlier requests left to say; shown once."""
        flashed: Any = get_flashed_messages(with_categories=True)
        return [(category, str(text)) for category, text in flashed]

    def initials(self, name: str) -> str:
        """Two letters for a name's round mark."""
        parts = name.split()
        return (parts[0][:1] + (parts[-1][:1] if len(parts) > 1 else "")).upper() if parts else "?"

    @cached_property
    def here(self) -> str:
        """The address of this page, to come back to."""
        return request.full_path.rstrip("?")


def role_name(role: str) -> str:
    """A role as people say it."""
    names = {
        Role.AREA_OWNER: _("Fire area responsible"),
        Role.UNIT_LEADER: _("Unit leader"),
        Role.HSE_COORDINATOR: _("HSE coordinator"),
        Role.SAFETY_REPRESENTATIVE: _("Safety representative"),
        Role.EDITOR: _("Editor"),
        Role.APPROVER: _("Approver"),
        Role.CENTRAL_HSE: _("Central HSE"),
        Role.ADMINISTRATOR: _("Administrator"),
    }
    return str(names[Role(role)])


def role_in_running_text(role: str) -> str:
    """A role in the middle of a sentence: "unit leader", "HSE coordinator"."""
    name = role_name(role)
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def context() -> dict[str, Any]:
    """The template context of every page of ours."""
    return {"hms": Hms(), "t": words.t, "tn": words.tn}


def front_page() -> str:
    """The address of the front page, *Min side*."""
    return url_for("hmswiki.acknowledgements.home")


def in_section(endpoint: str) -> None:
    """Mark the main menu's entry for `endpoint` (`guidelines.index`, say) as the one this page belongs to."""
    g.hmswiki_section = endpoint
