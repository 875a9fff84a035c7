"""The mail's words: the number, the due days, where each is done, and where all of it stands."""

from datetime import date

from hmswiki.foundation.language import DEFAULT_LANGUAGE, LANGUAGES
from hmswiki.foundation.mail import Mail, one_line
from hmswiki.organisation.models import Person
from hmswiki.reminders.rules import Letter
from hmswiki.web.addresses import absolute
from hmswiki.web.context import settings, today
from hmswiki.web.words import _, count_in_words, day, ngettext, speaking


def composed(person: Person, letter: Letter, message_id: str = "") -> Mail:
    """The mail, in the person's own language."""
    language = person.language if person.language in LANGUAGES else DEFAULT_LANGUAGE
    with speaking(language):
        return Mail(
            to=person.email or "", to_name=person.name, subject=subject(letter), text=text(person, letter),
            language=language, message_id=message_id,
        )  # fmt: skip


def subject(letter: Letter) -> str:
    """One thing is named; several are counted."""
    count = len(letter.lines)
    if count == 1:
        line = letter.lines[0]
        return one_line(f"{line.text()}, {_due(letter.lines[0].due_on)}")
    overdue = sum(line.due_on < today() for line in letter.lines)
    if overdue:
        return ngettext(
            "%(count)s things wait for you, one is overdue", "%(count)s things wait for you, %(num)s are overdue",
            overdue, count=count_in_words(count).capitalize(),
        )  # fmt: skip
    return _("%(count)s things wait for you", count=count_in_words(count).capitalize())


def text(person: Person, letter: Letter) -> str:
    """At most five things, each with its due day and address; then where all of it stands, and how often we write."""
    parts = [_("Hello %(name)s,", name=one_line(person.name))]
    for line in letter.named:
        parts.append(f"{one_line(line.text())}, {_due(line.due_on)}\n{line.href()}")
    if letter.others:
        parts.append(ngettext("And one more.", "And %(num)s more.", letter.others))
    parts.append(_("All of it is on your page:") + "\n" + absolute("acknowledgements.home"))
    parts.append(_("%(site)s writes to you once a week at most, and only while something waits.",
                   site=settings().site_name))  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _due(on: date) -> str:
    if on < today():
        return _("was due %(day)s", day=day(on))
    return _("due today") if on == today() else _("due %(day)s", day=day(on, "full"))
