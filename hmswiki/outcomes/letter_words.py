"""What letters about workshops say, each in its reader's language."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from hmswiki.foundation.errors import NotFound, Refusal
from hmswiki.foundation.language import DEFAULT_LANGUAGE, LANGUAGES
from hmswiki.foundation.mail import Attachment, Mail, MailFailed, one_line
from hmswiki.guidelines.drafting import suggest_slug
from hmswiki.notes import queries as notes
from hmswiki.outcomes import files, publication_queries
from hmswiki.outcomes.document import from_json
from hmswiki.outcomes.files import File, Form
from hmswiki.outcomes.models import Letter, LetterKind, Publication
from hmswiki.web.addresses import absolute
from hmswiki.web.context import settings
from hmswiki.web.words import _, current_language, day, speaking
from hmswiki.workshops import queries as workshops
from hmswiki.workshops.models import Group, Workshop


def file_name(workshop: Workshop, number: int | None = None) -> str:
    """A name for files of the notes, plain ASCII: its title, its day, and the publication's number."""
    held_on = workshop.starts_at.astimezone(settings().zone)
    title = suggest_slug(workshop.title)[:60].strip("-") or "notes"
    return f"{title}-{held_on:%Y-%m-%d}" + (f"-{number}" if number else "")


def file_of(publication: Publication, form: Form, *, at: datetime) -> File:
    """The publication in that form; Markdown where what writes it is gone from this site."""
    return files.written(
        from_json(publication.document), form if form.is_available else Form.MARKDOWN, language=publication.language,
        name=file_name(publication.workshop, publication.number), at=at,
    )  # fmt: skip


@dataclass
class Composer:
    """Writes letters. What they have attached is made once for all of them."""

    at: datetime
    _files: dict[tuple[int, str], File] = field(default_factory=dict)

    def compose(self, session: Session, letter: Letter, message_id: str) -> Mail:
        """Raises MailFailed where there is nothing to say any more."""
        if letter.kind == LetterKind.HAND_IN:
            return _hand_in(session, letter, message_id)
        return self._with_notes(session, letter, message_id)

    def _with_notes(self, session: Session, letter: Letter, message_id: str) -> Mail:
        publication = publication_queries.published(session, letter.workshop)
        if publication is None or publication_queries.about_notes(publication) != letter.about:
            raise MailFailed("The notes were taken down before the letter was sent")
        file = self._file(publication, Form(letter.form or ""))
        with speaking(_language(letter, publication.language)):
            title, held_on = one_line(publication.title), letter.workshop.starts_at.astimezone(settings().zone).date()
            parts = [
                _hello(letter),
                _("Attached are the notes from %(title)s on %(day)s, as the organiser has published them.", title=title,
                  day=day(held_on, "long-year")),
                _("They can also be read here:") + "\n" + absolute("outcomes.published", key=letter.workshop.key),
                _("You get this letter once."),
            ]  # fmt: skip
            attached = Attachment(file.name, file.data, file.media_type, "utf-8" if file.is_text else "")
            return _mail(letter, _("Notes from %(title)s", title=title), parts, message_id, (attached,))

    def _file(self, publication: Publication, form: Form) -> File:
        key = (publication.id, str(form))
        if key not in self._files:
            try:
                self._files[key] = file_of(publication, form, at=self.at)
            except Refusal as refusal:
                raise MailFailed(str(refusal)) from refusal
        return self._files[key]


def _hand_in(session: Session, letter: Letter, message_id: str) -> Mail:
    task_key, number = letter.about.split(":")[1:3]
    try:
        task = workshops.task(session, letter.workshop, task_key)
        group = workshops.group(session, letter.workshop, int(number))
    except NotFound as gone:
        raise MailFailed("The task or the group was taken out of the plan before the letter was sent") from gone
    handed_in = notes.last_hand_in(session, group, task)
    if handed_in is not None and handed_in.recorded_at >= letter.asked_at:
        raise MailFailed("The group handed in before the letter was sent")
    with speaking(_language(letter)):
        address = absolute("notes.note", key=letter.workshop.key, number=number, task_key=task.key)
        parts = [
            _hello(letter),
            _("The organiser of %(workshop)s misses what your group has written on “%(task)s”. Look through it, and "
              "hand it in:", workshop=one_line(letter.workshop.title), task=one_line(task.title)) + "\n" + address,
            _("You can mend it after you have handed it in, until the organiser closes the task."),
        ]  # fmt: skip
        subject = _("Hand in the note of group %(number)s", number=number)
        return _mail(letter, subject, parts, message_id)


def about_hand_in(task_key: str, group: Group, asking: str) -> str:
    """What a word to a group's leader is about: each asking is one of its own."""
    return f"{LetterKind.HAND_IN}:{task_key}:{group.number}:{asking}"


def _language(letter: Letter, otherwise: str = "") -> str:
    spoken = letter.person.language if letter.person is not None else otherwise
    return spoken if spoken in LANGUAGES else otherwise or DEFAULT_LANGUAGE


def _hello(letter: Letter) -> str:
    return _("Hello %(name)s,", name=one_line(letter.name)) if letter.name else _("Hello,")


def _mail(
    letter: Letter, subject: str, parts: list[str], message_id: str, attachments: tuple[Attachment, ...] = ()
) -> Mail:
    return Mail(
        to=letter.address, to_name=letter.name, subject=subject, text="\n\n".join(parts) + "\n",
        language=current_language(), message_id=message_id, attachments=attachments,
    )  # fmt: skip
