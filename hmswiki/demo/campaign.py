"""The demo's HSE rounds: last year's is complete, and this year's ends in two weeks."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from hmswiki.demo import findings
from hmswiki.demo.diary import Diary, Occasion, Where
from hmswiki.demo.findings import Plan, Wrong
from hmswiki.demo.planning import CODES, all_units, begun, schedule, sign, working_day
from hmswiki.schedules.recurrence import Every, MonthDay, Schedule, Window
from hmswiki.schedules.terms import write_window

HSE = "hms-runde"
HSE_ENDS_IN, HSE_LASTS = 14, 90
BEGUN, NOT_BEGUN = "IMA", "IFY"

# What this year's rounds found, by unit.
HSE_FOUND: Mapping[str, Sequence[Wrong]] = {
    "IBA": (Wrong("tema-hindringer", "2", "To paller sto i korridoren ved varemottaket.", "low", mended=True),),
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
        Wrong("ryddedager", "1", "Bare én ryddedag er holdt de siste tolv månedene.", "low", lasts=None),
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


def campaigns(diary: Diary) -> None:
    """Last year's HSE round is complete; of this year's eight of ten are delivered, one is begun."""
    ends = diary.day(-HSE_ENDS_IN)
    opens = ends - timedelta(days=HSE_LASTS)
    window = Window(MonthDay(opens.month, opens.day), MonthDay(ends.month, ends.day))
    since = window.opens_on(opens.year - 1)
    key = schedule(diary, HSE, "units", "year", since, units=all_units("children"), window=write_window(window))
    before, now = begun(Schedule(Every.YEAR, since, window=window), diary)
    for unit in CODES:
        late = unit == "IMA"
        first = before.due_on + timedelta(days=3) if late else before.starts_on + timedelta(days=10)
        day = working_day(diary.rng, first, before.due_on + timedelta(days=8 if late else 0))
        _hse_round(diary, unit, Occasion(key, before.key), day, HSE_FOUND_BEFORE.get(unit, ()), unsigned="")
    for number, unit in enumerate(code for code in CODES if code not in (BEGUN, NOT_BEGUN)):
        day = working_day(diary.rng, diary.day(66 - 7 * number), diary.day(60 - 7 * number))
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
    key = diary.round(HSE, Where(unit), day, by, occasion=occasion, wrong=wrong,
                      answers=_hse_answers(diary, unit, day))  # fmt: skip
    sign(diary, key, unit, day, unsigned)
