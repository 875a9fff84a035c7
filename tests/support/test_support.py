"""The tests' own instruments: each must find what it is there to find, and be silent where all is well."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask, Response
from playwright.sync_api import Browser, Page

from tests.support import once, postgresql
from tests.support.browser import axe_violations, console_messages, launch, overflows, tab_walk
from tests.support.servers import ServerProcess, serve

pytestmark = [once, pytest.mark.xdist_group("support")]  # one browser and one cluster serve them all

STRICT_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"

Show = Callable[..., Page]


# --- the browser -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launch() as browser:
        yield browser


@pytest.fixture
def show(browser: Browser) -> Iterator[Show]:
    """Serve a small page under a strict policy, and open it once it is watched."""
    app = Flask(__name__)
    files: dict[str, tuple[str, str]] = {}

    @app.get("/", defaults={"path": ""})
    @app.get("/<path:path>")
    def answer(path: str) -> Response:
        if path not in files:
            return Response("not here", 404)
        text, mimetype = files[path]
        return Response(text, mimetype=mimetype, headers={"Content-Security-Policy": STRICT_POLICY})

    with serve(app) as address, browser.new_context(viewport={"width": 320, "height": 480}) as context:

        def show(body: str, *, css: str = "", js: str = "", watch: Callable[[Page], object] = id) -> Page:
            links = '<link rel="stylesheet" href="/page.css"><script src="/page.js" type="module"></script>'
            head = f'<meta name="viewport" content="width=device-width"><title>A page</title>{links}'
            files[""] = (f'<!doctype html><html lang="en"><head>{head}</head>{body}</html>', "text/html")
            files["page.css"] = (css, "text/css")
            files["page.js"] = (js, "text/javascript")
            files["favicon.ico"] = ("", "image/x-icon")
            page = context.new_page()
            watch(page)
            page.goto(address)
            return page

        yield show


GOOD_PAGE = """
<body><a href="#main">To the text</a>
<main id="main"><h1>Clean-up day</h1><form>
<fieldset><legend>How</legend>
<label><input type="radio" name="how" value="meeting"> At a meeting</label>
<label><input type="radio" name="how" value="mail"> By e-mail</label></fieldset>
<label for="day">Day</label> <input id="day" type="date">
<label><input type="checkbox" name="all"> All</label>
<details><summary>More</summary><a href="#hidden">Inside</a></details>
<button>Confirm</button></form></main></body>
"""


def test_a_good_page_passes_every_instrument(show: Show) -> None:
    complaints = []
    page = show(GOOD_PAGE, css="* { line-height: 2 }", watch=lambda page: complaints.append(console_messages(page)))

    stops = tab_walk(page)

    assert axe_violations(page) == []
    assert overflows(page) == []
    assert complaints == [[]], "the instruments themselves must not break the policy"
    assert stops == [
        "a “To the text”",
        "input[radio] “At a meeting”",
        "input[date]#day “Day”",
        "input[checkbox] “All”",
        "summary “More”",
        "button “Confirm”",
    ]


def test_axe_names_the_rule_and_the_element_in_spite_of_the_policy(show: Show) -> None:
    page = show('<body><main><h1>Form</h1><input id="nameless"><p id="faint">Faint</p></main></body>',
                css="#faint { color: #ccc; background: #fff }")  # fmt: skip

    label, contrast = sorted(axe_violations(page), reverse=True)

    assert label.startswith("label: #nameless — Form elements must have labels")
    assert contrast.startswith("color-contrast: #faint — ")
    assert "contrast of 1.6" in contrast


def test_axe_looks_at_target_size_which_is_new_in_wcag_22(show: Show) -> None:
    page = show('<body><main><h1>2</h1><button id="one">i</button><button id="two">j</button></main></body>',
                css="button { all: unset; width: 10px; height: 10px; display: inline-block }")  # fmt: skip

    assert [line.split(":")[0] for line in axe_violations(page)] == ["target-size"]


def test_an_element_wider_than_the_window_is_named(show: Show) -> None:
    page = show('<body><main><table id="matrix"><tr><td>Units</td></tr></table></main></body>',
                css="#matrix { width: 700px }")  # fmt: skip

    (culprit,) = overflows(page)

    assert culprit.startswith("td reaches 7")
    assert "in a window of 320 px: “Units”" in culprit


def test_a_word_too_long_for_its_box_is_named(show: Show) -> None:
    page = show(f'<body><main><p id="long">{"muskelogskjelettplager" * 9}</p></main></body>')

    (culprit,) = overflows(page)

    assert culprit.startswith("p#long reaches ")


def test_wide_content_that_scrolls_in_a_box_of_its_own_is_allowed(show: Show) -> None:
    page = show('<body><div id="box"><table id="matrix"><tr><td>Units</td></tr></table></div></body>',
                css="#box { overflow-x: auto } #matrix { width: 700px }")  # fmt: skip

    assert overflows(page) == []


def test_what_breaks_the_policy_or_fails_on_the_page_is_recorded(show: Show) -> None:
    recorded = []
    page = show(
        '<body><p style="color: red">Red</p><script>alert(1)</script><img src="/missing.png" alt=""></body>',
        js="console.error('said so'); throw new Error('broken')",
        watch=lambda page: recorded.append(console_messages(page)),
    )
    page.wait_for_load_state("networkidle")

    (complaints,) = recorded

    broken_policy = [line for line in complaints if "Content Security Policy" in line]
    assert len(broken_policy) == 2, complaints
    assert any("inline style" in line for line in broken_policy)
    assert any("inline script" in line for line in broken_policy)
    assert "said so" in complaints
    assert "uncaught: broken" in complaints
    assert [line for line in complaints if line.startswith("404: ")] == [f"404: {page.url}missing.png"]


def test_a_page_that_is_itself_a_refusal_is_no_complaint(show: Show) -> None:
    page = show("<body></body>")
    complaints = console_messages(page)

    page.goto(page.url + "nowhere")

    assert complaints == []


TWO_LINKS = '<body><a href="#a" id="first">First</a> <a href="#b" id="second">Second</a></body>'


def test_a_keyboard_trap_is_found(show: Show) -> None:
    page = show(
        TWO_LINKS,
        js="document.getElementById('first').addEventListener('keydown', (event) => event.preventDefault())",
    )

    with pytest.raises(AssertionError, match="The keyboard is trapped: Tab stays on a#first “First”"):
        tab_walk(page)


def test_a_circle_that_leaves_out_a_part_of_the_page_is_found(show: Show) -> None:
    page = show(
        '<body><a href="#0" id="zero">Zero</a> ' + TWO_LINKS.removeprefix("<body>"),
        js="""document.getElementById('second').addEventListener('keydown', (event) => {
            event.preventDefault(); document.getElementById('first').focus() })""",
    )

    with pytest.raises(AssertionError, match="trapped: Tab goes back to a#first"):
        tab_walk(page)


def test_a_control_that_tab_jumps_over_is_found(show: Show) -> None:
    page = show(
        '<body><a href="#0" id="zero">Zero</a> ' + TWO_LINKS.removeprefix("<body>"),
        js="""document.getElementById('zero').addEventListener('keydown', (event) => {
            event.preventDefault(); document.getElementById('second').focus() })""",
    )

    with pytest.raises(AssertionError, match="Tab never reaches a#first"):
        tab_walk(page)


def test_a_focus_that_changes_nothing_is_found_also_beside_one_that_does(show: Show) -> None:
    page = show(TWO_LINKS, css="#first:focus { outline: none }")

    with pytest.raises(AssertionError, match="The focus cannot be seen, nothing changes: a#first"):
        tab_walk(page)


def test_a_focus_on_something_hidden_is_found(show: Show) -> None:
    page = show(TWO_LINKS, css="#second { position: absolute; left: -9999px }")

    with pytest.raises(AssertionError, match="outside the window: a#second"):
        tab_walk(page)


def test_a_focus_behind_a_sticky_head_is_found(show: Show) -> None:
    page = show(
        TWO_LINKS.replace("<body>", "<body><header></header>"),
        css="header { position: fixed; inset: 0 0 auto; height: 200px; background: #fff }",
    )

    with pytest.raises(AssertionError, match="covered by something else: a#first"):
        tab_walk(page)


def test_a_skip_link_and_a_label_that_shows_the_focus_are_fine(show: Show) -> None:
    page = show(
        '<body><a href="#main" class="skip">Skip</a><p id="main"><input type="checkbox" id="all">'
        '<label for="all">All</label> <a href="#x">Next</a></p></body>',
        css=""".skip { position: absolute; top: -100px } .skip:focus { top: 0 }
        #all { position: absolute; opacity: 0; width: 1px; height: 1px }
        #all:focus + label { box-shadow: 0 0 0 3px #00f; transition: box-shadow 1s }""",
    )

    assert tab_walk(page) == ["a “Skip”", "input[checkbox]#all “All”", "a “Next”"]


def test_inside_a_modal_dialogue_only_its_own_controls_are_asked_for(show: Show) -> None:
    page = show(
        '<body><a href="#x">Behind</a><dialog><button>Yes</button> <button>No</button></dialog></body>',
        js="document.querySelector('dialog').showModal()",
    )

    assert tab_walk(page) == ["button “Yes”", "button “No”"]


# --- the servers -----------------------------------------------------------------------------------------


def greeting(word: str) -> Flask:
    app = Flask(word)
    app.add_url_rule("/", view_func=lambda: word)
    return app


def read(address: str) -> str:
    text: str = urllib.request.urlopen(address, timeout=5).read().decode()
    return text


def test_two_applications_are_served_side_by_side_and_end(browser: Browser) -> None:
    with serve(greeting("hei")) as hei, serve(greeting("hallo")) as hallo:
        assert (read(hei), read(hallo)) == ("hei", "hallo")

    for address in (hei, hallo):
        with pytest.raises(OSError, match="refused"):
            read(address)


def python_server(port: int) -> list[str]:
    return [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", str(port)]


def test_a_server_process_is_waited_for_and_killed(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("hei")
    port = postgresql.free_port()

    with ServerProcess(python_server(port), port=port, env=os.environ, cwd=tmp_path) as server:
        server.wait_until_it_answers(path="/nowhere")
        assert read(server.url) == "hei"
        assert server.kill() == -signal.SIGKILL
        assert '"GET / HTTP/1.1" 200' in server.output

    with pytest.raises(OSError, match="refused"):
        read(server.url)


def test_a_server_that_ends_at_once_shows_what_it_said() -> None:
    command = [sys.executable, "-c", "raise SystemExit('no secret key')"]

    with (
        ServerProcess(command, port=postgresql.free_port(), env=os.environ) as server,
        pytest.raises(RuntimeError, match=r"ended with 1:\nno secret key"),
    ):
        server.wait_until_it_answers()


# --- PostgreSQL ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cluster() -> Iterator[postgresql.Cluster]:
    cluster = postgresql.start()
    yield cluster
    cluster.stop()


def psycopg_url(address: str) -> str:
    return address.replace("postgresql+psycopg", "postgresql")


def test_a_database_is_copied_from_a_template_and_dropped_while_in_use(cluster: postgresql.Cluster) -> None:
    template = cluster.create_database("template_of_tests")
    with psycopg.connect(psycopg_url(template)) as connection:
        connection.execute("CREATE TABLE unit AS SELECT lower('ÆRE') AS name")

    copy = psycopg.connect(psycopg_url(cluster.create_database("copy", template="template_of_tests")))
    names = copy.execute("SELECT name FROM unit").fetchall()
    cluster.drop_database("copy")
    cluster.drop_database("copy")

    assert names == [("ære",)]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(psycopg_url(cluster.url("copy")))


def test_a_template_is_waited_for_until_the_last_one_has_left(cluster: postgresql.Cluster) -> None:
    template = cluster.create_database("busy_template")
    leaving = "import psycopg, sys, time; c = psycopg.connect(sys.argv[1]); print(flush=True); time.sleep(1)"
    command = [sys.executable, "-c", leaving, psycopg_url(template)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as guest:
        assert guest.stdout is not None
        guest.stdout.readline()
        copy = cluster.create_database("patient_copy", template="busy_template")

    psycopg.connect(psycopg_url(copy)).close()


def test_a_database_holds_again_what_it_held_unless_its_tables_were_changed(cluster: postgresql.Cluster) -> None:
    with psycopg.connect(psycopg_url(cluster.create_database("used")), autocommit=True) as connection:
        connection.execute("CREATE TABLE unit (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, name text)")
        connection.execute("CREATE TABLE person (unit_id integer NOT NULL REFERENCES unit, name text)")
        connection.execute("INSERT INTO unit (name) VALUES ('IKJ'); INSERT INTO person VALUES (1, 'Ada')")
        cluster.keep("used")
        connection.execute("UPDATE person SET name = 'Bo'; INSERT INTO unit (name) VALUES ('IFY'), ('IMA')")

        assert cluster.restore("used")
        assert connection.execute("SELECT name FROM person").fetchall() == [("Ada",)]
        assert connection.execute("INSERT INTO unit (name) VALUES ('IBI') RETURNING id").fetchone() == (2,)

        connection.execute("CREATE TABLE hosts (name text)")
        assert not cluster.restore("used")
        connection.execute("DROP TABLE hosts; BEGIN; UPDATE unit SET name = 'late'")
        assert not cluster.restore("used")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_cluster_does_not_outlive_the_process_that_started_it(number: signal.Signals) -> None:
    script = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a run in a shell's background has learnt to ignore it
from tests.support import postgresql
cluster = postgresql.start_for_run()
print(cluster.port, flush=True)
input()
"""
    with subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, postgresql.ADDRESS_VARIABLE: "", "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        assert answers(port)
        process.send_signal(number)
        process.wait(10)

    until = time.monotonic() + 20
    while answers(port) and time.monotonic() < until:
        time.sleep(0.1)
    assert not answers(port)


def answers(port: int) -> bool:
    try:
        psycopg.connect(psycopg_url(postgresql.Cluster(port).url("postgres")), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
