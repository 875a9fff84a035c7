"""What the demo's rounds find. `{room}` is a room of the area."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """An action: due so many days after the round, or so many `ahead` of the start; done and checked so many days
    after the round, or not at all.

    `said`: comments, each so many days after the round, by whom, and in what words. `case`: its number in EQS.
    """

    title: str
    due: int = 0
    role: str | None = None
    person: str | None = None
    done: int | None = None
    checked: int | None = None
    case: str | None = None
    said: Sequence[tuple[int, str, str]] = ()
    ahead: int | None = None
    later: int | None = None
    """Its due date was put off by so many days."""


@dataclass(frozen=True)
class Wrong:
    """An answer that raises a finding, and what is told of it. `lasts`: days until it is mended without an action."""

    item: str
    value: str
    text: str
    seriousness: str = "medium"
    mended: bool = False
    plan: Plan | None = None
    lasts: int | None = 12
    photo: str | None = None


@dataclass(frozen=True)
class Kind:
    """One that comes again in many places. `action`: what is to be done, and whose it is; else it is soon mended."""

    item: str
    value: str
    text: str
    seriousness: str
    spot: float
    """How often it is mended on the spot."""
    action: str | None = None
    role: str | None = None


FIRE: Sequence[Kind] = (
    Kind("romningsveier-frie", "deviation", "To skrivere står i korridoren ved {room}.", "medium", 0.0,
         "Flytt skriverne ved {room} ut av korridoren"),
    Kind("romningsveier-frie", "deviation", "Pappesker etter en leveranse står langs veggen ved {room}.", "low", 0.8),
    Kind("romningsveier-frie", "deviation", "En sofa og et bord er satt ut i trapperommet.", "medium", 0.1,
         "Få sofaen og bordet ut av trapperommet"),
    Kind("romningsveier-frie", "deviation", "Transportkasser til feltarbeidet står i gangen utenfor {room}.", "low",
         0.5, "Finn en fast plass til transportkassene"),
    Kind("romningsdorer-apner", "deviation", "Døra mot trapp A går tregt og må skyves hardt.", "high", 0.0,
         "Få døra mot trapp A smurt og justert", "hse_coordinator"),
    Kind("utgang-fri-ute", "deviation", "Sykler står parkert foran nødutgangen.", "medium", 0.7),
    Kind("utgang-fri-ute", "deviation", "Paller fra varemottaket sperrer halve utgangen.", "medium", 0.4,
         "Avtal med varemottaket hvor pallene skal stå"),
    Kind("branndorer-lukket", "deviation", "En kile holder branndøra mot trapp B åpen.", "medium", 0.85),
    Kind("branndorer-lukket", "deviation", "Dørpumpa ved {room} er svak, så døra blir stående på gløtt.", "high", 0.0,
         "Få dørpumpa ved {room} justert", "hse_coordinator"),
    Kind("skilt-og-nodlys", "deviation", "Nødlyset over døra mot trapperommet er slukket.", "medium", 0.0,
         "Meld nødlyset over døra til driften"),
    Kind("slokkeutstyr", "deviation", "Slokkeren ved {room} står bak en reol.", "medium", 0.9),
    Kind("slokkeutstyr", "deviation", "Plomberingen er brutt på slokkeren ved {room}.", "medium", 0.0,
         "Bestill ny plombering til slokkeren ved {room}"),
    Kind("slokkeutstyr-kontroll", "1", "Slokkeren ved {room} er to måneder over kontrolldatoen.", "medium", 0.0,
         "Bestill kontroll av slokkeren ved {room}"),
    Kind("brannmeldere-frie", "deviation", "En plakatholder står foran melderen ved heisen.", "low", 0.95),
    Kind("detektorer-og-sprinkler", "deviation", "Esker er stablet helt opp under sprinkleren på lageret {room}.",
         "medium", 0.6, "Rydd de øverste hyllene på lageret {room}"),
    Kind("oppslag", "deviation", "Rømningsplanen viser den gamle inngangen.", "low", 0.0,
         "Få ny rømningsplan slått opp"),
    Kind("oppslag", "deviation", "Branninstruksen henger bare på norsk.", "low", 0.3),
    Kind("elektrisk", "deviation", "Tre skjøteledninger er koblet i rekke under pultene i {room}.", "medium", 0.6,
         "Få satt opp flere stikkontakter i {room}", "unit_leader"),
    Kind("elektrisk", "deviation", "En varmeovn går på skjøteledning i {room}.", "high", 0.9),
    Kind("kjokkenutstyr", "deviation", "Vannkokeren på pauserommet har ikke tidsur.", "low", 0.2,
         "Kjøp tidsur til vannkokeren"),
    Kind("brannfarlig-og-gass", "deviation", "To flasker heptan sto framme på benken i {room}.", "high", 0.95),
    Kind("brannfarlig-og-gass", "deviation", "Gassflaska ved {room} er ikke festet.", "high", 0.3,
         "Fest gassflaska ved {room} i veggen"),
    Kind("romkort", "deviation", "Romkortet på {room} nevner en gruppe som har flyttet.", "low", 0.2,
         "Skriv nytt romkort til {room}"),
    Kind("soppel", "deviation", "Returpapir hoper seg opp ved varemottaket.", "low", 0.6),
    Kind("vest", "deviation", "Vesten mangler på kroken.", "low", 0.4),
    Kind("vara", "no", "Vara har sluttet, og ingen ny er pekt ut.", "medium", 0.0,
         "Pek ut en ny vara for området", "unit_leader"),
    Kind("oversikt", "no", "Oversikten på oppslagstavla er fra i fjor.", "low", 0.5),
)  # fmt: skip

CLEANUP: Sequence[Kind] = (
    Kind("merking", "deviation", "Noen beholdere i kjøleskapet manglet eier og dato.", "low", 0.7),
    Kind("utgatte-kjemikalier", "deviation", "En kasse med gamle reagenser venter på henting.", "medium", 0.0,
         "Bestill henting av farlig avfall"),
    Kind("kjoleskap-og-frysere", "deviation", "Fryseren har prøver som ingen kjenner eieren til.", "low", 0.0,
         "Finn eiere til prøvene i fryseren, eller kast dem"),
    Kind("gassflasker", "deviation", "To gassflasker uten hette.", "medium", 0.9),
    Kind("romkort", "deviation", "Romkortet stemte ikke etter ombyggingen.", "low", 0.8),
)  # fmt: skip

COMMENTS = (
    "Driften er spurt. De kommer i løpet av uka.",
    "Delen er bestilt, to ukers leveringstid.",
    "Avtalt med gruppa: de flytter det selv.",
    "Satt midlertidig på lageret.",
    "Meldt i byggets feilmelding samme dag.",
)

AHEAD: Mapping[str, str] = {
    "IBA": "Romansvarlig tar en kort runde hver fredag, og varemottaket setter ingenting i korridoren.",
    "IBF": "Vi har merket golvet der det alltid skal være fritt.",
    "IBI": "Feltutstyr får egen bod i kjelleren, så kassene ikke blir stående.",
    "IBT": "Skrivere og kopimaskiner er samlet på ett rom i hver etasje.",
    "IKJ": "Brannrunden tas opp på hvert HMS-møte, og avvik som gjentar seg, går til instituttlederen.",
    "IKP": "Studentene får en innføring i hva som kan stå hvor, før de begynner på masteroppgaven.",
    "IMA": "Paller fra verkstedet hentes samme dag.",
    "IFY": "Vi ser etter plass til skriverne utenfor korridorene.",
    "FFI": "Slanger og utstyr til karene henges opp etter bruk.",
    "ADM": "Møbler som skal kastes, hentes direkte fra kontoret.",
}

ABOVE: Mapping[str, str] = {
    "IBI": "Vi trenger hjelp til å få boder i kjelleren i Realfagbygget.",
    "IKJ": "Dørpumpene i Kjemiblokk 3 er gamle. Kan de byttes samlet?",
    "FFI": "Vi mangler HMS-koordinator. Rollen bør fylles.",
}
"""What some units tell the level above."""
