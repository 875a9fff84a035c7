"""Passwords, waiting and devices, decided without any database."""

from datetime import UTC, datetime, timedelta

import pytest

from hmswiki.accounts import rules
from hmswiki.foundation.errors import Refusal

AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
PER_NAME = rules.PER_NAME


@pytest.mark.parametrize(
    ("password", "said"),
    [("elleve tegn", "has 11 characters"), ("x" * 129, "at most 128"), ("abababababab", "repeats a few"),
     ("Bjorn@example.NO", "tried first"), ("a" * 12, "repeats a few")],
)  # fmt: skip
def test_a_weak_password_is_refused_and_the_sentence_says_why(password: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        rules.check_new_password(password, known=["bjorn", "bjorn@example.no", None])


@pytest.mark.parametrize("password", ["fire ord og ære", "tolv tegn !!", "x1y2z" * 25 + "abc"])
def test_twelve_to_128_characters_are_a_password(password: str) -> None:
    rules.check_new_password(password, known=["bjorn"])


def test_a_password_matches_its_own_hash_and_no_other() -> None:
    hashed = rules.hash_password("blå hest under broa")

    assert hashed.startswith("scrypt:32768:8:1$")
    assert rules.matches("blå hest under broa", hashed)
    assert not rules.matches("blå hest under bro", hashed)
    assert not rules.matches("blå hest under broa", None)


def test_letters_that_a_keyboard_composes_of_two_are_the_same_password() -> None:
    composed, apart = "bl\u00e5 hest under broa", "bla\u030a hest under broa"

    assert rules.matches(apart, rules.hash_password(composed))


def test_a_password_that_goes_on_after_the_longest_does_not_match_its_beginning() -> None:
    longest = "ab1!x" * 25 + "abc"

    assert not rules.matches(longest + "d", rules.hash_password(longest))


def test_where_there_is_no_hash_the_same_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    monkeypatch.setattr(rules, "check_password_hash", lambda hashed, password: compared.append(hashed))

    rules.matches("blå hest under broa", None)
    rules.matches("x" * 500, rules.hash_password("blå hest under broa"))

    assert len(compared) == 2
    assert all(hashed.startswith(rules.METHOD + "$") for hashed in compared)


def tries(*minutes_ago: float) -> list[datetime]:
    return [AT - timedelta(minutes=minutes) for minutes in minutes_ago]


def test_four_failures_cost_no_waiting() -> None:
    assert rules.slowed_until(tries(0, 0, 0, 0), PER_NAME, AT) is None


@pytest.mark.parametrize(("failures", "minutes"), [(5, 1), (6, 2), (7, 4), (8, 8), (9, 15), (40, 15)])
def test_the_wait_grows_with_each_failure_up_to_a_quarter(failures: int, minutes: int) -> None:
    assert rules.slowed_until(tries(*[0] * failures), PER_NAME, AT) == AT + timedelta(minutes=minutes)


def test_waiting_ends_and_one_try_is_let_through() -> None:
    assert rules.slowed_until(tries(1, 2, 3, 4, 5), PER_NAME, AT) is None
    assert rules.slowed_until(tries(0.99, 2, 3, 4, 5), PER_NAME, AT) is not None


def test_failures_are_forgotten_after_a_day() -> None:
    assert rules.slowed_until(tries(0, 0, 0, 0, 24 * 60), PER_NAME, AT) is None


def test_the_sentence_says_how_long_in_whole_minutes() -> None:
    assert "in 2 min" in str(rules.Slowed(AT + timedelta(seconds=61), AT))
    assert rules.Slowed(AT + timedelta(seconds=0.5), AT).seconds == 1


def test_buckets_are_told_apart_by_kind_name_and_secret_but_not_by_spelling() -> None:
    def key(kind: str, name: str, secret: str = "s") -> str:
        return rules.bucket(kind, name, PER_NAME, secret=secret).key

    assert key("name", " Bjorn@Example.no") == key("name", "bjorn@example.NO ")
    assert len({key("name", "bjorn"), key("reset", "bjorn"), key("name", "dina"), key("name", "bjorn", "t")}) == 4
    assert "bjorn" not in key("name", "bjorn")


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
     ("fe80::1%eth0", "fe80::/64"), (None, ""), ("unix:", "")],
)  # fmt: skip
def test_an_ipv6_network_is_one_client(address: str | None, network: str) -> None:
    assert rules.network(address) == network


@pytest.mark.parametrize(
    ("agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0",
         "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1",
         "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537.36",
         "Chrome, Android"),
        ("curl/8.5", ""),
    ],
)  # fmt: skip
def test_a_device_is_named_in_a_few_words(agent: str, device: str) -> None:
    assert rules.device(agent) == device
