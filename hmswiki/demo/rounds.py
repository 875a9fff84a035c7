"""A year of rounds at the invented faculty: what was due, who did it, what they found, and what came of it.

Laid out back from the start, like all of the demo: the campaign ends in two weeks, and this month's fire round waits.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from hmswiki.demo import findings, supplements
from hmswiki.demo.areas import Place
from hmswiki.demo.campaign import campaigns
from hmswiki.demo.diary import Diary, Occasion, Where
from hmswiki.demo.findings import Plan, Wrong
from hmswiki.demo.fire import fire_rounds
from hmswiki.demo.planning import CODES, all_units, begun, found_by_chance, schedule, sign, working_day
from hmswiki.schedules.recurrence import Every, MonthDay, Schedule, Window
from hmswiki.schedules.terms import write_window

Row = dict[str, Any]

LABS = tuple(code for code in CODES if code != "ADM")


def write(start: date, roles: Iterable[Row], places: Mapping[str, Place]) -> Diary:
    """All that happened, as rows of a bundle and the files that belong to them. The same for the same day."""
    held = {(row["role"], row["unit"]): row["person"] for row in roles if "to" not in row}
    edits = supplements.rows(start, {unit: held["unit_leader", unit] for unit in CODES})
    diary = Diary(start, held, edits)
    diary.rows["supplement_edits"] = edits
    fire_rounds(diary, places)
    campaigns(diary)
    _cleanup(diary)
    _substances(diary)
    _restructuring(diary)
    _water(diary, places)
    _by_hand(diary)
    _reminders(diary, places)
    return diary


# --- Cleanup days, the yearly list, restructuring, water ----------------------------------------------------


def _cleanup(diary: Diary) -> None:
    """Twice a year in each unit with laboratories. The Department of Chemistry's waits."""
    since = diary.day(365)
    key = schedule(diary, "ryddedag", "units", "half_year", since,
                    units=[{"unit": unit, "reach": "itself"} for unit in LABS])  # fmt: skip
    for term in begun(Schedule(Every.HALF_YEAR, since), diary):
        for unit in LABS:
            due = min(term.due_on, diary.day(1))
            first = max(term.starts_on, due - timedelta(days=50))
            runs = term.holds_on(diary.start)
            if due < first or (runs and unit != "IFY" and (unit == "IKJ" or diary.rng.random() < 0.5)):
                continue
            if not runs and unit in ("IMA", "FFI") and diary.rng.random() < 0.4:
                continue
            day = working_day(diary.rng, first, due)
            tested = (day - timedelta(days=diary.rng.randrange(6, 90))).isoformat()
            diary.round("ryddedag", Where(unit), day, diary.coordinator(unit), occasion=Occasion(key, term.key),
                        wrong=found_by_chance(diary, findings.CLEANUP, day, unit, (0.4, 0.8)),
                        answers={"noddusj-provd": tested, "umerkede-beholdere": str(diary.rng.randrange(2, 9))},
                        )  # fmt: skip


def _substances(diary: Diary) -> None:
    """Once a year, co-signed. The Department of Physics has not got round to it."""
    opens, closes = diary.day(125), diary.day(35)
    window = Window(MonthDay(opens.month, opens.day), MonthDay(closes.month, closes.day))
    since = window.opens_on(opens.year - 1)
    key = schedule(diary, "rus-og-avhengighet", "units", "year", since, units=all_units("children"),
                    window=write_window(window))  # fmt: skip
    wrong = {
        "IBI": (Wrong("sprak", "no", "Den engelske teksten var fra forrige utgave.", "low", lasts=60),),
        "IMA": (Wrong("akutt", "no", "Rutinen for akutte tilfeller er ikke skrevet ned.", "medium",
                      plan=Plan("Skriv ned rutinen for akutte tilfeller", 40, role="unit_leader", done=30)),),
        "IKP": (Wrong("felt-og-reise", "no", "Planen for feltkurset nevner den ikke.", "low", lasts=90),),
    }  # fmt: skip
    terms = begun(Schedule(Every.YEAR, since, window=window), diary)
    for number, term in enumerate(terms, start=1):
        for unit in CODES:
            if unit == "IFY" and number == len(terms):
                continue
            late = unit in ("IFY", "IMA")
            first, last = term.starts_on + timedelta(days=20), term.due_on
            if late:
                first, last = last + timedelta(days=2), last + timedelta(days=20)
            day = working_day(diary.rng, first, min(last, diary.day(2)))
            round = diary.round(
                "rus-og-avhengighet", Where(unit), day, diary.leader(unit), occasion=Occasion(key, term.key),
                wrong=wrong.get(unit, ()) if number == 1 else (),
                answers={"gjennomgatt-dato": (day - timedelta(days=diary.rng.randrange(3, 40))).isoformat(),
                         "neste-gjennomgang": (day + timedelta(days=360)).isoformat()},
            )  # fmt: skip
            sign(diary, round, unit, day)


def _restructuring(diary: Diary) -> None:
    """One unit has been assessed; another is to be, when it is merged."""
    key = schedule(diary, "omstilling", "units", "event", diary.day(400), units=all_units("all_beneath"), within=30)
    for unit, name, before, text in (
        ("IBT", "kjemiblokk-2", 44, "Matvitenskap flytter til 4. etasje i Kjemiblokk 2"),
        ("IBF", "sammenslaing", -48, "Sammenslåing med Institutt for kjemi utredes"),
    ):
        diary.rows["schedule_events"].append({
            "schedule": key, "unit": unit, "name": name, "day": diary.day(before).isoformat(), "text": text,
            "recorded_at": diary.moment(diary.day(max(before, 0) + 12), 9).isoformat(),
            "recorded_by": diary.leader(unit),
        })  # fmt: skip
    day = diary.day(23)
    round = diary.round(
        "omstilling", Where("IBT"), day, diary.leader("IBT"), occasion=Occasion(key, "event-kjemiblokk-2"),
        wrong=[Wrong("medvirkningsplan", "no", "Innspill er samlet, men ingen har svart på dem ennå.", "medium",
                     plan=Plan("Svar på innspillene til flyttingen", 35, role="unit_leader"))],
        answers={
            "hva-endres": "Gruppene i matvitenskap samles i én etasje. Tre laboratorier bytter plass.",
            "endres-fra": (day + timedelta(days=60)).isoformat(), "slags-endring": "lokaler",
            "tillitsvalgte-dato": (day - timedelta(days=30)).isoformat(),
            "verneombud-dato": (day - timedelta(days=28)).isoformat(),
            "risikovurdert-dato": (day - timedelta(days=6)).isoformat(),
            "risikovurdert-hvor": "I sakarkivet, sammen med forslaget.", "alternativer": "3",
        },
    )  # fmt: skip
    sign(diary, round, "IBT", day)


def _water(diary: Diary, places: Mapping[str, Place]) -> None:
    """Once for each of the rooms: three of six are done."""
    key = schedule(diary, "vannskade", "areas", "once", diary.day(60), units=all_units("all_beneath"),
                    area_kind="room", due=diary.day(-25).isoformat())  # fmt: skip
    done = {
        "RFB-B2-07": ("2", "Isfrysere med vannkjøling, en renvannsenhet.", ()),
        "K1-1-04": ("4", "Kjølevann til smelteovnene.", (
            Wrong("slanger", "deviation", "To slanger er sprø og uten klemmer.", "medium",
                  plan=Plan("Bytt slangene til smelteovn 2", 30, case="148007")),
        )),
        "K2-1-10": ("6", "Pumper, kjølere og to destillasjonskolonner.", (
            Wrong("automatisk-stopp", "no", "Kolonnene går om natta uten vannstopp.", "high",
                  plan=Plan("Monter vannstopp på kolonnene", 40, role="unit_leader")),
        )),
    }  # fmt: skip
    for number, (code, (count, list_of, wrong)) in enumerate(done.items()):
        place = places[code]
        assert place.owner is not None
        diary.round("vannskade", Where(place.unit, code), working_day(diary.rng, diary.day(40), diary.day(12)),
                    place.owner, occasion=Occasion(key, "once"), wrong=wrong,
                    answers={"utstyr-antall": count, "utstyr-liste": list_of, "under-rommet": "vanlige-rom",
                             "uten-tilsyn": "yes" if number == 2 else "no"})  # fmt: skip


# --- Actions that were written by hand, and reminders -------------------------------------------------------


def _by_hand(diary: Diary) -> None:
    for before, unit, by, plan, text in (
        (12, "IKJ", "demo-koordinator",
         Plan("Prøv øyedusjen på 2-231 og skriv datoen på kortet", 17, person="demo-ansatt"), None),
        (20, "IKJ", "demo-koordinator",
         Plan("Ta opp alenearbeid på neste HMS-møte", 29, role="safety_representative"),
         "Flere arbeider sent på løsemiddellaboratoriet. Hva skal ingen gjøre alene?"),
        (9, "IKJ", "demo-koordinator",
         Plan("Spør bedriftshelsetjenesten om støyen fra vakuumpumpene i 3. etasje", 21, person="demo-verneombud"),
         None),
        (34, "IKJ", "demo-verneombud",
         Plan("Heng opp ny oversikt over områdeansvarlige i Kjemiblokk 3", 24, person="demo-omradeansvarlig",
              done=21), None),
        (27, "IFY", "demo-leder",
         Plan("Finn ny områdeansvarlig til D5", 38, role="unit_leader",
              said=((8, "", "To er spurt. Én tenker på det."),)),
         "Etasjen har stått uten siden forrige sluttet."),
        (5, "ADM", "demo-sentral",
         Plan("Svar enhetene på det de har meldt til fakultetet i HMS-runden", 24, person="demo-sentral"), None),
        (11, "ADM", "demo-sentral",
         Plan("Minn de to enhetene som ikke har levert HMS-runden", 18, person="demo-sentral"), None),
        (6, "ADM", "demo-sentral",
         Plan("Hør med enhetene om de tre områdene uten ansvarlig", 15, person="demo-administrator"), None),
        (18, "ADM", "demo-sentral",
         Plan("Finn noen som kan oversette retningslinjen om omstilling til engelsk", 28, person="demo-redaktor"),
         "Utgave 2.0 finnes ennå bare på bokmål og nynorsk."),
        (13, "ADM", "demo-sentral",
         Plan("Ta opp HMS-rollen som er ledig ved infrastrukturen, i ledermøtet", 20, person="demo-godkjenner"), None),
        (70, "IMA", "IMA", Plan("Kjøp nye vernebriller til verkstedet", 30, role="unit_leader", done=18, checked=22),
         None),
    ):  # fmt: skip
        who = diary.leader(by) if by in CODES else by
        day = diary.day(before)
        diary.action(plan, Where(unit), day, diary.moment(day, 10), who, text=text)


def _reminders(diary: Diary, places: Mapping[str, Place]) -> None:
    """The e-mails of the two weeks before this one. One did not arrive."""
    people = sorted({place.owner for place in places.values() if place.owner and not place.left_on})
    for weeks, share in ((2, 12), (1, 18)):
        monday = diary.start - timedelta(days=diary.start.weekday() + 7 * weeks)
        year, week, _ = monday.isocalendar()
        for number, person in enumerate(diary.rng.sample(people, share)):
            at = datetime.fromisoformat(f"{monday.isoformat()}T06:00:00+00:00") + timedelta(seconds=2 * number)
            row = {
                "person": person, "week": f"{year}-W{week:02}", "claimed_at": at.isoformat(),
                "message_id": f"<{diary.key('reminder')}@example.org>",
            }  # fmt: skip
            failed = weeks == 1 and number == share - 1
            row |= (
                {"state": "failed", "problem": "550 5.1.1 Mailbox unavailable"}
                if failed
                else {"state": "sent", "sent_at": (at + timedelta(seconds=1)).isoformat()}
            )
            diary.rows["reminders"].append(row)
