"""What a bundle may say of workshops, and what is refused."""

from copy import deepcopy

import pytest
from sqlalchemy import select

from hmswiki.foundation.bundles import BundleError
from hmswiki.workshops.models import Workshop
from tests.support import once
from tests.test_bundle import EVERYTHING, module_site, site, write_bundle  # noqa: F401, two of them are fixtures
from tests.workshops.bundled import LAST_YEAR, THIS_YEAR

pytestmark = once

ROOM = (
    "units", "people", "guidelines", "editions", "workshops", "workshop_tasks", "workshop_prompts", "workshop_groups",
    "workshop_members", "workshop_helpers", "workshop_codes", "workshop_events",
)  # fmt: skip


def rows():
    return {name: deepcopy(EVERYTHING[name]) for name in ROOM}


@pytest.mark.parametrize(
    ("kind", "line", "change", "said"),
    [
        ("workshops", 0, {"ends_at": "2024-01-18T07:59:00+00:00"}, "must come in this order"),
        ("workshops", 0, {"copied_from": THIS_YEAR}, "lead back to it"),
        ("workshops", 0, {"programme": [{"text": "x", "time": "9"}]}, "a time is written 09:45"),
        ("workshops", 0, {"programme": [{"time": "09:00"}]}, 'lacks the key "text"'),
        ("workshops", 0, {"reading": [{"title": "x", "url": "javascript:alert(1)"}]}, "begins with https://"),
        ("workshops", 0, {"unit": "NONE"}, "no such record"),
        ("workshop_tasks", 0, {"minutes": 0}, "must lie between"),
        ("workshop_groups", 1, {"number": 1}, "has the number 1 too"),
        ("workshop_codes", 1, {"code": "4k7-29p"}, "which is no code"),
        ("workshop_codes", 0, {"ended_at": None}, "Another code that has not ended is the same"),
        ("workshop_events", 0, {"task": None}, '"task" stands with everything but'),
        ("workshop_events", 0, {"minutes": 4}, '"minutes" stand with an extension'),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(site, tmp_path, kind, line, change, said):  # noqa: F811
    bundle = rows()
    bundle[kind][line] = {key: value for key, value in {**bundle[kind][line], **change}.items() if value is not None}
    write_bundle(bundle, tmp_path)

    with pytest.raises(BundleError) as refused:
        site.fill(tmp_path)
    assert said in str(refused.value)


def test_a_copy_may_stand_before_what_it_is_a_copy_of(site, tmp_path):  # noqa: F811
    bundle = rows()
    bundle["workshops"].reverse()
    write_bundle(bundle, tmp_path)

    site.fill(tmp_path)

    with site.app.app_context():
        from hmswiki.web.context import state

        with state().engines.read.connect() as connection:
            ids = dict(connection.execute(select(Workshop.key, Workshop.id)).all())
            copied = dict(connection.execute(select(Workshop.key, Workshop.copied_from_id)).all())
    assert copied == {LAST_YEAR: None, THIS_YEAR: ids[LAST_YEAR]}
