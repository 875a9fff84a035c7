"""The closed door, as far as the web package itself goes."""

from typing import Any

import pytest


def test_a_stranger_is_sent_to_sign_in_or_told_to(as_stranger: Any) -> None:
    answer = as_stranger.get("/my-record")
    assert answer.status_code in (303, 401)


def test_a_post_without_its_token_is_refused_and_keeps_what_was_typed(as_bjorn: Any) -> None:
    answer = as_bjorn.post("/organisation/language", data={"language": "nn", "next": "/typed"}, without_token=True)
    assert answer.status_code == 400
    assert "/typed" in answer.text


def test_another_sites_form_is_not_offered_for_sending_again(as_bjorn: Any) -> None:
    answer = as_bjorn.post(
        "/organisation/language", data={"next": "/typed"}, headers={"Sec-Fetch-Site": "cross-site"},
        without_token=True,
    )  # fmt: skip
    assert answer.status_code == 400
    assert "/typed" not in answer.text


@pytest.mark.parametrize(
    ("origin", "offered"), [("http://evil.example", False), ("null", False), ("http://localhost", True)]
)
def test_without_encryption_the_origin_tells_another_sites_form(as_bjorn: Any, origin: str, offered: bool) -> None:
    answer = as_bjorn.post(
        "/organisation/language", data={"next": "/typed"}, headers={"Origin": origin}, without_token=True
    )
    assert answer.status_code == 400
    assert ("/typed" in answer.text) == offered


def test_the_language_a_person_chooses_stays_with_the_person(app: Any, as_bjorn: Any) -> None:
    as_bjorn.post("/organisation/language", data={"language": "nn", "next": "/"})
    from tests.conftest import client_as

    assert 'lang="nn"' in client_as(app, "bjorn").get("/").text


def test_nobody_is_sent_to_another_site_by_the_language_choice(as_bjorn: Any) -> None:
    for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = as_bjorn.post("/organisation/language", data={"language": "nn", "next": elsewhere})
        assert answer.headers["Location"] == "/"
