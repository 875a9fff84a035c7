"""Forms of reminders: buttons."""

from hmswiki.web.forms import PageForm


class AgainForm(PageForm):
    """Lets the next run send one again of which nobody knows whether it arrived."""


class RemindForm(PageForm):
    """Has the next run remind those who have not delivered."""
