"""A year of rounds at the invented faculty: what was due, who did it, what they found, and what came of it.

Laid out back from the start, like all of the demo: the campaign ends in two weeks, and this month's fire round waits.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from hmswiki.demo import findings, supplements
from hmswiki.demo.areas import THUYS, Place
from hmswiki.demo.checklists import FIRE
from hmswiki.demo.diary import Diary, Occasion, Where
from hmswiki.demo.findings import Kind, Plan, Wrong
from hmswiki.demo.history import FACULTY, UNITS
from hmswiki.schedules.recurrence import (
    Every,
    MonthDay,
    Occurrence,
    Pauses,
    Schedule,
    Window,
    occurrences,
)
from hmswiki.schedules.terms import write_window

Row = dict[str, Any]

CODES = tuple(unit[0] for unit in UNITS)
LABS = tuple(code for code in CODES if code != "ADM")

DILIGENCE = {
    "IBA": 0.95, "IBF": 0.94, "IBI": 0.86, "IBT": 0.9, "IFY": 0.7, "IKJ": 0.93, "IKP": 0.95, "IMA": 0.82, "FFI": 0.97,
    "ADM": 0.92,
}  # fmt: skip
"""How often an area of the unit does its fire round in time."""

CENTRAL, THUY = "demo-sentral", "demo-omradeansvarlig"


def write(start: date, roles: Iterable[Row], places: Mapping[str, Place]) -> Diary:
    """All that happened, as rows of a bundle and the files that belong to them. The same for the same day."""
    held = {(row["role"], row["unit"]): row["person"] for row in roles if "to" not in row}
    edits = supplements.rows(start, {unit: held["unit_leader", unit] for unit in CODES})
    diary = Diary(start, held, edits)
    diary.rows["supplement_edits"] = edits
    _fire_rounds(diary, places)
    _campaigns(diary)
    _cleanup(diary)
    _substances(diary)
    _restructuring(diary)
    _water(diary, places)
    _by_hand(diary)
    _reminders(diary, places)
    return diary


# --- Schedules ----------------------------------------------------------------------------------------------


def _schedule(diary: Diary, checklist: str, audience: str, every: str, since: date, **more: Any) -> str:
    key = diary.key(f"schedule:{checklist}")
    recorded = min(since, diary.day(2))
    diary.rows["schedules"].append({
        "key": key, "checklist": checklist, "audience": audience, "every": every, "from": since.isoformat(),
        "recorded_at": f"{recorded.isoformat()}T06:00:00+00:00", "recorded_by": CENTRAL, **more,
    })  # fmt: skip
    return key


def _all_units(reach: str) -> list[Row]:
    return [{"unit": FACULTY, "reach": reach}]


def _begun(schedule: Schedule, diary: Diary) -> Sequence[Occurrence]:
    return occurrences(schedule, schedule.start, diary.start + timedelta(days=1))


def _working_day(rng: Random, first: date, last: date) -> date:
    """A day from `first` to `last`, no Saturday or Sunday where there is another."""
    span = max((last - first).days, 0)
    day = first + timedelta(days=rng.randrange(span + 1))
    for moved in (day, day - timedelta(days=1), day - timedelta(days=2), day + timedelta(days=2)):
        if first <= moved <= last and moved.weekday() < 5:
            return moved
    return day


# --- Fire rounds --------------------------------------------------------------------------------------------

SKIPPED = ("SEA-1", -4, "Etasjen var stengt for ombygging hele måneden.")
HANDED_OVER = ("RFB-D3", -3)
ON_PAPER = ("AAL-1", 2)
CORRECTED = (THUYS, -3)

# By area and occurrence, counted from the last: what was found, in the first days of the term.
FOUND: Mapping[tuple[str, int], Sequence[Wrong]] = {
    (THUYS, -2): (
        Wrong("romningsveier-frie", "deviation", "En kopimaskin står i korridoren utenfor 2-214.", "medium",
              photo="printer", lasts=None, plan=Plan(
                  "Flytt kopimaskinen inn på kopirommet", ahead=5,
                  said=((2, "", "Driften kan hjelpe til med å bære. Avtal tid med dem."),))),
        Wrong("branndorer-lukket", "deviation", "En kile holder branndøra mot trapp B åpen. Den kommer igjen.",
              "medium", lasts=None),
        Wrong("slokkeutstyr-kontroll", "1", "Slokkeren ved 2-231 er over kontrolldatoen.", "medium", lasts=None,
              plan=Plan("Bestill kontroll av slokkeren ved 2-231", ahead=9, person="demo-koordinator",
                        case="148213", said=((3, "", "Bestilt hos eiendom. De har ventetid."),))),
        Wrong("soppel", "deviation", "Papp sto stablet ved varemottaket.", "low", mended=True),
    ),
    ("K3-1", -3): (
        Wrong("brannfarlig-og-gass", "deviation", "Løsemiddelavfall står i gangen utenfor 1-109.", "high", lasts=None,
              plan=Plan("Flytt løsemiddelavfallet ved 1-109 til avfallsrommet", ahead=-3, person="demo-ansatt",
                        said=((9, "demo-ansatt", "Avfallsrommet er fullt. Jeg har bedt om en ekstra henting."),))),
    ),
    ("RFB-D4", -3): (
        Wrong("romningsveier-frie", "deviation", "Tre skrivere står i korridoren utenfor D4-125.", "high", lasts=None,
              plan=Plan("Få skriverne ut av rømningsveien i D4", ahead=-31, role="unit_leader", case="147902",
                        said=((6, "", "Instituttet har ikke funnet et rom til dem ennå."),))),
    ),
    ("RFB-B1", -2): (
        Wrong("romningsveier-frie", "deviation", "Esker til feltarbeidet fyller halve korridoren ved B1-118.",
              "medium", photo="boxes", lasts=None,
              plan=Plan("Finn en bod til feltutstyret", ahead=12, role="unit_leader")),
    ),
}  # fmt: skip


def _fire_rounds(diary: Diary, places: Mapping[str, Place]) -> None:
    this = diary.start.replace(day=1)
    since = this.replace(year=this.year - 1)
    key = _schedule(diary, FIRE, "areas", "month", since, units=_all_units("all_beneath"), area_kind="floor",
                    pauses={"months": [7]})  # fmt: skip
    terms = _begun(Schedule(Every.MONTH, since, pauses=Pauses(frozenset({7}))), diary)
    for place in (one for one in places.values() if one.kind == "floor"):
        last = since - timedelta(days=1)
        for number, term in enumerate(terms):
            back = number - len(terms)
            occasion = Occasion(key, term.key)
            day = _fire_day(diary, place, term, back, max(term.starts_on, last + timedelta(days=1)))
            if (place.code, back) == SKIPPED[:2]:
                diary.rows["skips"].append({
                    "schedule": key, "area": place.code, "occurrence": term.key, "reason": SKIPPED[2],
                    "recorded_at": f"{term.starts_on.isoformat()}T07:30:00+00:00", "recorded_by": place.owner,
                })  # fmt: skip
                continue
            if day is None:
                continue
            last = day
            _fire_round(diary, place, number, back, occasion, day)


def _fire_day(diary: Diary, place: Place, term: Occurrence, back: int, first: date) -> date | None:
    """When it was done; None where it was not."""
    rng, yesterday = diary.rng, diary.day(1)
    due = min(term.due_on, yesterday)
    crafted = (place.code, back) in FOUND
    if back == -1:
        if place.code == THUYS or due < first or rng.random() > 0.45:
            return None
        day = _working_day(rng, first, due)
    elif crafted or (place.code, back) in (HANDED_OVER, CORRECTED) or place.code == THUYS:
        day = _working_day(rng, first, min(due, term.starts_on + timedelta(days=9)))
    else:
        chance = rng.random()
        if chance < DILIGENCE[place.unit]:
            day = _working_day(rng, first, due)
        elif chance < DILIGENCE[place.unit] + 0.06:
            day = _working_day(rng, term.due_on + timedelta(days=1), term.due_on + timedelta(days=4))
        else:
            return None
    owner = place.owner_on(day)
    return None if owner is None or not first <= day <= yesterday else day


def _fire_round(diary: Diary, place: Place, number: int, back: int, occasion: Occasion, day: date) -> None:
    where = Where(place.unit, place.code)
    by = place.owner_on(day)
    assert by is not None
    if (place.code, back) == HANDED_OVER:
        diary.rows["handovers"].append({
            "schedule": occasion.schedule, "area": place.code, "occurrence": occasion.occurrence,
            "to": place.deputies[0], "note": "Jeg er på feltarbeid denne måneden.",
            "recorded_at": diary.moment(day - timedelta(days=1), 6).isoformat(), "recorded_by": by,
        })  # fmt: skip
        by = place.deputies[0]
    wrong = FOUND.get((place.code, back))
    if wrong is None:
        quiet = place.code == THUYS and back > -4
        wrong = () if quiet else _found(diary, findings.FIRE, day, place.code, (0.6, 0.9))
    key = diary.round(FIRE, where, day, by, occasion=occasion, wrong=wrong,
                      on_paper=(place.code, number) == ON_PAPER)  # fmt: skip
    if (place.code, back) == CORRECTED:
        diary.correct(key, "romkort", "ok", "Kortet på 2-209 er byttet.", "Glemte å føre opp at kortet ble byttet.",
                      at=diary.moment(day + timedelta(days=1), 8), by=by)  # fmt: skip


def _found(
    diary: Diary, kinds: Sequence[Kind], day: date, place: str, chances: tuple[float, float]
) -> list[Wrong]:  # fmt: skip
    """Nothing, one thing or two, drawn by chance. `chances`: of nothing, and of no more than one."""
    rng = diary.rng
    chance = rng.random()
    count = 0 if chance < chances[0] else 1 if chance < chances[1] else 2
    found: dict[str, Wrong] = {}
    for kind in rng.sample(kinds, count):
        room = f"{place.rsplit('-', 1)[-1][-1:]}-{rng.randrange(101, 139)}"
        mended = rng.random() < kind.spot
        plan = None if mended or kind.action is None else _plan(diary, kind, day, room)
        wrong = Wrong(kind.item, kind.value, kind.text.format(room=room), kind.seriousness, mended, plan)
        found.setdefault(kind.item, wrong)
    return list(found.values())


def _plan(diary: Diary, kind: Kind, day: date, room: str) -> Plan:
    rng = diary.rng
    assert kind.action is not None
    due, age = rng.randrange(14, 31), (diary.start - day).days
    done = rng.randrange(3, due + 6) if age > 60 or rng.random() < 0.6 else None
    said = ((rng.randrange(2, 10), "", rng.choice(findings.COMMENTS)),) if rng.random() < 0.4 else ()
    return Plan(
        kind.action.format(room=room), due, role=kind.role, done=done, said=said,
        checked=done + rng.randrange(1, 9) if done is not None and rng.random() < 0.8 else None,
        case=str(rng.randrange(140000, 148000)) if rng.random() < 0.25 else None,
        later=14 if rng.random() < 0.12 else None,
    )  # fmt: skip


# --- The campaign -------------------------------------------------------------------------------------------

HSE = "hms-runde"
HSE_ENDS_IN, HSE_LASTS = 14, 90
BEGUN, NOT_BEGUN = "IMA", "IFY"

# What this year's rounds found, by unit.
HSE_FOUND: Mapping[str, Sequence[Wrong]] = {
    "IBA": (Wrong("tema-hindringer", "2", "To paller sto i korridoren ved varemottaket.", "low", mended=True),),
    "IBF": (Wrong("brannovelse", "", ""),),
    "IBI": (
        Wrong("tema-hindringer", "5", "Transportkasser på fire steder og en sofa i trapperommet.", "medium",
              plan=Plan("Få boder til feltutstyret i kjelleren", 60, role="unit_leader")),
        Wrong("tema-hindringer-fjernet", "no", "Kassene står til boden er klar.", "medium", lasts=None),
        Wrong("risikovurderinger", "no", "Det psykososiale er ikke vurdert i to av seksjonene.", "medium",
              plan=Plan("Ta det psykososiale inn i risikovurderingene", 90, role="unit_leader")),
    ),
    "IBT": (
        Wrong("tema-ansvar", "no", "4. etasje i Kjemiblokk 2 mangler vara i ferien.", "low", lasts=30),
        Wrong("luft-og-temperatur", "deviation", "Det blir over 27 grader på vestsiden om sommeren.", "low",
              plan=Plan("Be eiendom om solskjerming på vestsiden", 120, role="unit_leader")),
    ),
    "IKJ": (
        Wrong("tema-hindringer", "1", "Kopimaskinen utenfor 2-214 i Kjemiblokk 3.", "medium", lasts=None),
        Wrong("tema-hindringer-fjernet", "no", "Kopirommet er ikke ryddet ennå.", "low", lasts=None),
        Wrong("risikovurderinger", "no", "Samarbeid og arbeidsmengde mangler i risikovurderingen fra i fjor.",
              "medium", plan=Plan("Ta arbeidsmengde inn i risikovurderingen", 75, person="demo-koordinator")),
    ),
    "IKP": (
        Wrong("stoy", "deviation", "Pumpene i pilothallen høres på kontorene over.", "low",
              plan=Plan("Få målt støyen over pilothallen", 70, role="hse_coordinator")),
    ),
    "FFI": (
        Wrong("hms-roller", "no", "Rollen som HMS-koordinator er ledig.", "medium",
              plan=Plan("Pek ut en HMS-koordinator", 45, role="unit_leader")),
        Wrong("ryddedager", "1", "Ryddedagen før sommeren ble ikke holdt.", "low", lasts=None),
    ),
    "ADM": (
        Wrong("belastninger", "deviation", "To pulter lar seg ikke heve.", "low",
              plan=Plan("Bytt de to pultene", 50, role="unit_leader")),
    ),
}  # fmt: skip

HSE_FOUND_BEFORE: Mapping[str, Sequence[Wrong]] = {
    "IBI": (Wrong("belastninger", "deviation", "Mikroskopbenkene er for lave.", "medium",
                  plan=Plan("Hev mikroskopbenkene", 60, role="unit_leader", done=48, checked=55)),),
    "IFY": (Wrong("tema-brannrunder", "no", "Runden er ikke gått hver måned i D5.", "medium", lasts=None),
            Wrong("opplaering", "no", "Noen nye stipendiater mangler kurset.", "low",
                  plan=Plan("Meld stipendiatene på HMS-kurset", 45, role="unit_leader", done=40)),),
    "IKJ": (Wrong("forstehjelp", "deviation", "Plasteret er brukt opp i tre skrin.", "low", mended=True),),
    "IMA": (Wrong("maskiner", "deviation", "Vernet på båndsaga er løst.", "high",
                  plan=Plan("Fest vernet på båndsaga", 7, role="unit_leader", done=2, checked=4, case="139411")),),
}  # fmt: skip


def _campaigns(diary: Diary) -> None:
    """Last year's HSE round is complete; of this year's eight of ten are delivered, one is begun."""
    ends = diary.day(-HSE_ENDS_IN)
    opens = ends - timedelta(days=HSE_LASTS)
    window = Window(MonthDay(opens.month, opens.day), MonthDay(ends.month, ends.day))
    since = window.opens_on(opens.year - 1)
    key = _schedule(diary, HSE, "units", "year", since, units=_all_units("children"), window=write_window(window))
    before, now = _begun(Schedule(Every.YEAR, since, window=window), diary)
    for unit in CODES:
        late = unit == "IMA"
        first = before.due_on + timedelta(days=3) if late else before.starts_on + timedelta(days=10)
        day = _working_day(diary.rng, first, before.due_on + timedelta(days=8 if late else 0))
        _hse_round(diary, unit, Occasion(key, before.key), day, HSE_FOUND_BEFORE.get(unit, ()), unsigned="")
    for number, unit in enumerate(code for code in CODES if code not in (BEGUN, NOT_BEGUN)):
        day = _working_day(diary.rng, diary.day(66 - 7 * number), diary.day(60 - 7 * number))
        unsigned = {"IKJ": "safety_representative", "ADM": "unit_leader"}.get(unit, "")
        _hse_round(diary, unit, Occasion(key, now.key), day, HSE_FOUND.get(unit, ()), unsigned=unsigned)
    diary.round(HSE, Where(BEGUN), diary.day(2), diary.leader(BEGUN), occasion=Occasion(key, now.key), items=14,
                wrong=[Wrong("tema-hindringer", "3", "Paller og en gassflasketralle ved verkstedet.", "medium")],
                answers=_hse_answers(diary, BEGUN, diary.day(2)))  # fmt: skip


def _hse_answers(diary: Diary, unit: str, day: date) -> dict[str, str]:
    found = {
        "brannovelse": (day - timedelta(days=diary.rng.randrange(40, 260))).isoformat(),
        "tilbakemelding": (day + timedelta(days=14)).isoformat(), "tema-videre": findings.AHEAD[unit],
        "har-laboratorium": "no" if unit == "ADM" else "yes",
    }  # fmt: skip
    return found | ({"til-fakultetet": findings.ABOVE[unit]} if unit in findings.ABOVE else {})


def _hse_round(
    diary: Diary, unit: str, occasion: Occasion, day: date, wrong: Sequence[Wrong], *, unsigned: str
) -> None:
    by = diary.coordinator(unit)
    key = diary.round(HSE, Where(unit), day, by, occasion=occasion, wrong=[one for one in wrong if one.value],
                      answers=_hse_answers(diary, unit, day))  # fmt: skip
    _sign(diary, key, unit, day, unsigned)


def _sign(diary: Diary, key: str, unit: str, day: date, unsigned: str = "") -> None:
    """By leader and safety representative, one after the other, as far as the days allow."""
    for after, role in enumerate(("unit_leader", "safety_representative")):
        when = min(day + timedelta(days=after), diary.day(1))
        if role != unsigned:
            diary.sign(key, role, diary.roles[role, unit], diary.moment(when, 17 + after))


# --- Cleanup days, the yearly list, restructuring, water ----------------------------------------------------


def _cleanup(diary: Diary) -> None:
    """Twice a year in each unit with laboratories. The Department of Chemistry's waits."""
    since = diary.day(365)
    key = _schedule(diary, "ryddedag", "units", "half_year", since,
                    units=[{"unit": unit, "reach": "itself"} for unit in LABS])  # fmt: skip
    for term in _begun(Schedule(Every.HALF_YEAR, since), diary):
        for unit in LABS:
            due = min(term.due_on, diary.day(1))
            first = max(term.starts_on, due - timedelta(days=50))
            runs = term.holds_on(diary.start)
            if due < first or (runs and unit != "IFY" and (unit == "IKJ" or diary.rng.random() < 0.5)):
                continue
            if not runs and unit in ("IMA", "FFI") and diary.rng.random() < 0.4:
                continue
            day = _working_day(diary.rng, first, due)
            tested = (day - timedelta(days=diary.rng.randrange(6, 90))).isoformat()
            diary.round("ryddedag", Where(unit), day, diary.coordinator(unit), occasion=Occasion(key, term.key),
                        wrong=_found(diary, findings.CLEANUP, day, unit, (0.4, 0.8)),
                        answers={"noddusj-provd": tested, "umerkede-beholdere": str(diary.rng.randrange(2, 9))},
                        )  # fmt: skip


def _substances(diary: Diary) -> None:
    """Once a year, co-signed. The Department of Physics has not got round to it."""
    opens, closes = diary.day(125), diary.day(35)
    window = Window(MonthDay(opens.month, opens.day), MonthDay(closes.month, closes.day))
    since = window.opens_on(opens.year - 1)
    key = _schedule(diary, "rus-og-avhengighet", "units", "year", since, units=_all_units("children"),
                    window=write_window(window))  # fmt: skip
    wrong = {
        "IBI": (Wrong("sprak", "no", "Den engelske teksten var fra forrige utgave.", "low", lasts=60),),
        "IMA": (Wrong("akutt", "no", "Rutinen for akutte tilfeller er ikke skrevet ned.", "medium",
                      plan=Plan("Skriv ned rutinen for akutte tilfeller", 40, role="unit_leader", done=30)),),
        "IKP": (Wrong("felt-og-reise", "no", "Planen for feltkurset nevner den ikke.", "low", lasts=90),),
    }  # fmt: skip
    terms = _begun(Schedule(Every.YEAR, since, window=window), diary)
    for number, term in enumerate(terms, start=1):
        for unit in CODES:
            if unit == "IFY" and number == len(terms):
                continue
            late = unit in ("IFY", "IMA")
            first, last = term.starts_on + timedelta(days=20), term.due_on
            if late:
                first, last = last + timedelta(days=2), last + timedelta(days=20)
            day = _working_day(diary.rng, first, min(last, diary.day(2)))
            round = diary.round(
                "rus-og-avhengighet", Where(unit), day, diary.leader(unit), occasion=Occasion(key, term.key),
                wrong=wrong.get(unit, ()) if number == 1 else (),
                answers={"gjennomgatt-dato": (day - timedelta(days=diary.rng.randrange(3, 40))).isoformat(),
                         "neste-gjennomgang": (day + timedelta(days=360)).isoformat()},
            )  # fmt: skip
            _sign(diary, round, unit, day)


def _restructuring(diary: Diary) -> None:
    """One unit has been assessed; another is to be, when it is merged."""
    key = _schedule(diary, "omstilling", "units", "event", diary.day(400), units=_all_units("all_beneath"), within=30)
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
    _sign(diary, round, "IBT", day)


def _water(diary: Diary, places: Mapping[str, Place]) -> None:
    """Once for each of the rooms: three of six are done."""
    key = _schedule(diary, "vannskade", "areas", "once", diary.day(60), units=_all_units("all_beneath"),
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
        diary.round("vannskade", Where(place.unit, code), _working_day(diary.rng, diary.day(40), diary.day(12)),
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
