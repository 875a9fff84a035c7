"""The server is killed with -9 right after it has answered: what it said is saved is there, and once."""

import http.cookiejar
import re
import sqlite3
import urllib.parse
import urllib.request
from pathlib import Path

from tests.support import once
from tests.support.servers import serve_process


class Browser:
    """A small one, which keeps its cookies while the server is away."""

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy()))
        )

    def get(self, address: str) -> str:
        with self._opener.open(address, timeout=30) as answer:
            return answer.read().decode()

    def post(self, address: str, fields: dict[str, str]) -> str:
        data = urllib.parse.urlencode(fields).encode()
        with self._opener.open(address, data=data, timeout=30) as answer:
            return answer.read().decode()


def form_with(page: str, part: str) -> dict[str, str]:
    """The hidden fields of the form whose action has `part`."""
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.DOTALL) if part in f.split(">")[0])
    inputs = re.findall(r"<input[^>]*>", form)
    found = {}
    for one in inputs:
        name, value = re.search(r'name="([^"]+)"', one), re.search(r'value="([^"]*)"', one)
        if name and value and 'type="hidden"' in one:
            found[name[1]] = value[1]
    return found


@once
def test_an_acknowledgement_survives_a_killed_server_and_its_retry_is_the_same_fact(tmp_path: Path) -> None:
    browser = Browser()
    page = "/guidelines/ryddedag-pa-laboratorier"
    with serve_process(["demo"], cwd=tmp_path, seconds=120) as server:
        first = browser.get(server.url + "/accounts/sign-in")
        token = form_with(first, "sign-in-as")["csrf_token"]
        browser.post(server.url + "/accounts/sign-in-as", {"csrf_token": token, "person": "demo-ansatt"})
        fields = form_with(browser.get(server.url + page), "acknowledgements")
        assert "Takk" in browser.post(f"{server.url}{page}/acknowledgements", fields)
        server.kill()
    assert acknowledgements(tmp_path) == 1
    with serve_process(["demo"], cwd=tmp_path, seconds=120) as server:
        # Cookies know no ports, so the same browser is still signed in; it never saw the answer and sends again.
        assert "Takk" in browser.post(f"{server.url}{page}/acknowledgements", fields)
        assert "Takk" in browser.get(server.url + page)
    assert acknowledgements(tmp_path) == 1


def acknowledgements(folder: Path) -> int:
    with sqlite3.connect(folder / "hmswiki-demo" / "hmswiki.sqlite") as database:
        (count,) = database.execute(
            """
            SELECT count(*) FROM hms_acknowledgements a
            JOIN hms_people p ON p.id = a.person_id
            JOIN hms_editions e ON e.id = a.edition_id
            JOIN hms_guidelines g ON g.id = e.guideline_id
            WHERE p.external_key = 'demo-ansatt' AND g.slug = 'ryddedag-pa-laboratorier' AND e.major = 2
            """
        ).fetchone()
    return int(count)
