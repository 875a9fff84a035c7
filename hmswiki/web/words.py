"""Words, dates and numbers in the reader's language.

In Python: `from hmswiki.web.words import _, ngettext, _l`. In templates: `t("…", name=…)` and `tn(…)`, which
escape what is filled in. Names differ from a host's `_` on purpose: its templates keep their own words.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import babel.dates
import babel.numbers
from babel import Locale
from babel.lists import format_list
from flask import g, request
from flask_babel import Domain, force_locale, get_locale
from markupsafe import Markup

from hmswiki.foundation import language
from hmswiki.foundation.errors import N_, Refusal
from hmswiki.web.context import actor, settings, today

_FOLDERS = sorted(str(folder) for folder in Path(__file__).parent.parent.glob("*/translations"))


def _spoken() -> str | None:
    """The language that was chosen to speak, here and now; None where nothing was."""
    try:
        return cast(str | None, g.get("hmswiki_language"))
    except RuntimeError:  # outside an application
        return None


class _Domain(Domain):  # type: ignore[misc]
    """Flask-Babel's, which looks for the language of every single text: a page has a hundred."""

    def __init__(self) -> None:
        super().__init__(_FOLDERS, domain="hmswiki")
        self._catalogues: dict[str, Any] = {}

    def get_translations(self) -> Any:
        spoken = _spoken()
        if spoken is None:
            return super().get_translations()
        found = self._catalogues.get(spoken)
        if found is None:
            with force_locale(spoken):
                found = self._catalogues[spoken] = super().get_translations()
        return found


domain = _Domain()

NBSP = "\N{NO-BREAK SPACE}"

_: Callable[..., str] = domain.gettext
ngettext: Callable[..., str] = domain.ngettext
_l = domain.lazy_gettext


# A page says the same few dozen texts each time: they are marked as safe once. By language, then msgid.
_marked: dict[str, dict[str, Markup]] = defaultdict(dict)
_MOST_MARKED = 10_000


def t(text: str, **facts: Any) -> Markup:
    """A translated text for a template; what is filled in is escaped."""
    spoken = _spoken()
    said = _marked[spoken].get(text) if spoken is not None else None
    if said is None:
        said = Markup(domain.gettext(text))
        if spoken is not None and len(_marked[spoken]) < _MOST_MARKED:
            _marked[spoken][text] = said
    return said % facts if facts else said


def tn(singular: str, plural: str, num: int, **facts: Any) -> Markup:
    """A translated text that counts; `%(num)s` is written as the language writes numbers."""
    chosen = domain.get_translations().ungettext(singular, plural, num)
    return Markup(chosen) % {"num": number(num), **facts}


def reader_language() -> str:
    """The person's own language, else the browser's, else bokmål."""
    who = actor()
    if who is not None and who.language in language.LANGUAGES:
        return who.language
    chosen = request.cookies.get("hmswiki_language")
    if chosen in language.LANGUAGES:
        return chosen
    return language.preferred(request.accept_languages.values())


def current_language() -> str:
    """The language this request is answered in."""
    spoken = _spoken()
    if spoken is not None:
        return spoken
    locale = get_locale()
    return str(locale.language) if locale is not None else language.DEFAULT_LANGUAGE


def speak(chosen: str) -> None:
    """Answer the rest of this request in `chosen`; the host's own choice is untouched outside it."""
    hush()
    stack = ExitStack()
    stack.enter_context(force_locale(chosen))
    g.hmswiki_language = chosen
    g.hmswiki_words = stack


def hush(error: BaseException | None = None) -> None:
    stack = g.pop("hmswiki_words", None)
    g.pop("hmswiki_language", None)
    if stack is not None:
        stack.close()


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Write in `chosen` for a while, whatever language the page is in: a mail to somebody else, say."""
    before = g.get("hmswiki_language")
    g.hmswiki_language = chosen
    try:
        with force_locale(chosen):
            yield
    finally:
        if before is None:
            g.pop("hmswiki_language", None)
        else:
            g.hmswiki_language = before


def locale() -> Locale:
    return _locale(current_language())


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


_DAY_FORMS = {
    # form: (Norwegian, English)
    "full": ("EEEE d. MMMM", "EEEE d MMMM"),
    "full-year": ("EEEE d. MMMM y", "EEEE d MMMM y"),
    "long": ("d. MMMM", "d MMMM"),
    "long-year": ("d. MMMM y", "d MMMM y"),
    "short": ("d. MMM", "d MMM"),
    "short-year": ("d. MMM y", "d MMM y"),
}


def day(value: date | None, form: str = "long") -> str:
    """A date as the language writes it: full "fredag 26. januar", long "26. januar", short "26. jan.".

    The year is added when it is not this year, or always with "…-year".
    """
    if value is None:
        return ""
    if not form.endswith("-year") and value.year != today().year:
        form += "-year"
    norwegian, english = _DAY_FORMS[form]
    pattern = english if current_language() == "en" else norwegian
    return babel.dates.format_date(value, pattern, locale=locale())


def clock_time(value: datetime) -> str:
    """The time of day in the site's zone: "kl. 10.02", "10:02"."""
    local = value.astimezone(settings().zone)
    if current_language() == "en":
        return local.strftime("%H:%M")
    return f"kl.{NBSP}{local:%H.%M}"


def moment(value: datetime | None, form: str = "long") -> str:
    """Date and time of day in the site's zone: "18. januar kl. 10.02"."""
    if value is None:
        return ""
    local = value.astimezone(settings().zone)
    joint = ", " if current_language() == "en" else " "
    return f"{day(local.date(), form)}{joint}{clock_time(value)}"


def number(value: int | float) -> str:
    """1234 as "1 234" or "1,234"."""
    return babel.numbers.format_decimal(value, locale=locale())


_COUNTS = (
    N_("zero"), N_("one"), N_("two"), N_("three"), N_("four"), N_("five"), N_("six"), N_("seven"), N_("eight"),
    N_("nine"), N_("ten"), N_("eleven"), N_("twelve"),
)  # fmt: skip


def count_in_words(value: int) -> str:
    """A count for a heading or a sentence: "two" up to twelve, then digits. Give one its own sentence."""
    return str(domain.gettext(_COUNTS[value])) if 0 <= value < len(_COUNTS) else number(value)


def listed(items: Iterable[object], style: Literal["standard", "or"] = "standard") -> str:
    """Things in a row: "A, B and C", with `style` "or": "A, B or C"."""
    return str(format_list([str(item) for item in items], style=style, locale=locale()))


def percent(part: int, whole: int) -> str:
    """A share in whole per cent, never rounded up: 99.9 % is not all. "–" where there is no whole."""
    if whole <= 0:
        return "–"
    value = part * 100 // whole
    return f"{value}%" if current_language() == "en" else f"{value}{NBSP}%"


def wording(value: Any) -> str:
    """A text that may stand in several languages, in the reader's."""
    return "" if value is None else language.in_language(value, current_language())


def language_name(code: str) -> str:
    return language.OWN_NAMES.get(code, code)


def say(refusal: Refusal) -> str:
    """The refusal's sentence in the reader's language, its dates, times and numbers written as there."""
    facts = {name: _in_words(value) for name, value in refusal.facts.items()}
    return str(domain.gettext(refusal.text, **facts) if facts else domain.gettext(refusal.text))


def _in_words(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, dict):
        return wording(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return number(value)
