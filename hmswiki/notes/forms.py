"""The shape of what is typed in a group's note without its script, and of the buttons of its history."""

from wtforms import StringField

from hmswiki.web.forms import PageForm


class NoteForm(PageForm):
    """The note's own fields are one for each prompt and model: see `plain_notes`."""


class HandInForm(PageForm):
    """A button."""


class BringBackForm(PageForm):
    """A point, and the edit whose wording it shall have again; empty: as it was."""

    point = StringField()
    edit = StringField()
