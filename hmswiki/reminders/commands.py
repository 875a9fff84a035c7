"""`hmswiki remind`: sends what is due. Run by cron or a timer, as often as one likes."""

import click

from hmswiki.outcomes import sending as workshop_letters
from hmswiki.reminders import sending
from hmswiki.reminders.letters import composed
from hmswiki.web.commands import in_application, progress, result
from hmswiki.web.mailing import check_setup


@click.command()
@click.option("--dry-run", is_flag=True, help="Print what would be sent, and to whom. Nothing is sent or written.")
@click.option("--limit", type=click.IntRange(min=1), help="Send at most so many; the others wait for the next run.")
@in_application()
def remind(dry_run: bool, limit: int | None) -> None:
    """Send e-mail about what is due: one a person and week at most, each once, however many runs there are.

    Letters about workshops that wait are sent too.
    """
    if not dry_run:
        check_setup()
        sending.tend()
    planned = sending.plan()
    if dry_run:
        _preview(planned, limit)
        return
    outcome = sending.run(planned, limit=limit)
    progress(_count(outcome.sent, "One message was sent.", "%d messages were sent."))
    letters = workshop_letters.run(limit)
    if letters.sent:
        progress(_count(letters.sent, "One letter about a workshop was sent.", "%d letters about workshops were sent."))
    for run in (outcome, letters):
        for address, problem in run.failed:
            progress(f"{address}: {problem} The next run tries again.")
        for address in run.uncertain:
            progress(f"{address}: the mail server fell silent. It may have arrived, so it is not sent again by itself.")
    for person in planned.without_address:
        progress(f"{person.name} ({person.external_key}) has no e-mail address and was not told.")
    for stopped in dict.fromkeys(run.stopped for run in (outcome, letters) if run.stopped):
        progress(stopped)
    if any(run.stopped or run.failed or run.uncertain for run in (outcome, letters)):
        click.get_current_context().exit(1)


def _preview(planned: sending.Plan, limit: int | None) -> None:
    letters = planned.to_send[:limit]
    for letter in letters:
        mail = composed(planned.people[letter.person_id], letter)
        result(f"To: {mail.to_name} <{mail.to}>\nSubject: {mail.subject}\n\n{mail.text}\n{'-' * 72}")
    for person in planned.without_address:
        progress(f"{person.name} ({person.external_key}) has no e-mail address.")
    had = len(planned.letters) - len(planned.to_send) - len(planned.without_address)
    if had:
        progress(_count(had, "One person has been written to this week.", "%d people have been written to this week."))
    progress(_count(len(letters), "One message would be sent.", "%d messages would be sent."))
    others = workshop_letters.count_waiting()
    if others:
        progress(
            _count(others, "One letter about a workshop would be sent.", "%d letters about workshops would be sent.")
        )


def _count(number: int, one: str, many: str) -> str:
    return one if number == 1 else many % number
