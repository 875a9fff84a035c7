"""A year of the demo's fire rounds: every floor each month, July paused."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hmswiki.demo import findings
from hmswiki.demo.areas import THUYS, Place
from hmswiki.demo.checklists import FIRE
from hmswiki.demo.diary import Diary, Occasion, Where
from hmswiki.demo.findings import Plan, Wrong
from hmswiki.demo.planning import all_units, begun, found_by_chance, schedule, working_day
from hmswiki.schedules.recurrence import Every, Occurrence, Pauses, Schedule

DILIGENCE = {
    "IBA": 0.95, "IBF": 0.94, "IBI": 0.86, "IBT": 0.9, "IFY": 0.7, "IKJ": 0.93, "IKP": 0.95, "IMA": 0.82, "FFI": 0.97,
    "ADM": 0.92,
}  # fmt: skip
"""How often an area of the unit does its fire round in time."""

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


def fire_rounds(diary: Diary, places: Mapping[str, Place]) -> None:
    this = diary.start.replace(day=1)
    since = this.replace(year=this.year - 1)
    key = schedule(diary, FIRE, "areas", "month", since, units=all_units("all_beneath"), area_kind="floor",
                    pauses={"months": [7]})  # fmt: skip
    terms = begun(Schedule(Every.MONTH, since, pauses=Pauses(frozenset({7}))), diary)
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
        day = working_day(rng, first, due)
    elif crafted or (place.code, back) in (HANDED_OVER, CORRECTED) or place.code == THUYS:
        day = working_day(rng, first, min(due, term.starts_on + timedelta(days=9)))
    else:
        chance = rng.random()
        if chance < DILIGENCE[place.unit]:
            day = working_day(rng, first, due)
        elif chance < DILIGENCE[place.unit] + 0.06:
            day = working_day(rng, term.due_on + timedelta(days=1), term.due_on + timedelta(days=4))
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
        wrong = () if quiet else found_by_chance(diary, findings.FIRE, day, place.code, (0.6, 0.9))
    key = diary.round(FIRE, where, day, by, occasion=occasion, wrong=wrong,
                      on_paper=(place.code, number) == ON_PAPER)  # fmt: skip
    if (place.code, back) == CORRECTED:
        diary.correct(key, "romkort", "ok", "Kortet på 2-209 er byttet.", "Glemte å føre opp at kortet ble byttet.",
                      at=diary.moment(day + timedelta(days=1), 8), by=by)  # fmt: skip
