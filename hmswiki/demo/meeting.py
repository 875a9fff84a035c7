"""What the groups of the demo's two annual meetings write. The tasks are those of a real meeting; all answers are
invented."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PROGRAMME = (
    (0, "Velkommen ved dekan"),
    (10, "Gjennomgang av HMS-året og status for handlingsplanen"),
    (60, "Pause"),
    (75, "Innledninger ved dekan og hovedverneombud"),
    (95, "Gruppearbeid"),
    (150, "Oppsummering i plenum"),
    (180, "Lunsj"),
)
"""Minutes from the beginning, and what comes then."""


@dataclass(frozen=True)
class TaskPlan:
    """A task: what is asked, its prompts with their hints, and the models that it is answered for."""

    title: str
    text: str
    prompts: Sequence[tuple[str, str]]
    minutes: int = 30
    models: Sequence[str] = ()


CHANGE = TaskPlan(
    "Hva bør vi gjøre underveis, slik at belastningen blir minst mulig?",
    "Noen får nye kolleger, noen nye oppgaver, noen ny tilknytning. Ingen blir sagt opp.",
    (
        ("Informasjon", "Hva trenger folk å vite, og når?"),
        ("Plan for medvirkning", "Hvem skal være med, og hvordan?"),
        ("Fokus på muligheter", "Hva kan bli bedre enn i dag?"),
    ),
)
ROLES = TaskPlan(
    "Hvordan bør vi tenke når vi fordeler og dimensjonerer HMS-rollene?",
    "Etter omorganiseringen blir vi 3, 5 eller 6 institutter. Hver enhet skal ha en HMS-koordinator og verneombud.",
    (
        ("HMS-koordinatoren", "Hva betyr modellen for rollen, og hvor stor stillingsandel trengs?"),
        ("Et sterkt HMS-lag", "Hvilke nye muligheter gir strukturen?"),
    ),
    models=("3 institutter", "5 institutter", "6 institutter"),
)

# By group: what it has written in the first task, by prompt. The groups that are not here have not begun.
WRITTEN: Mapping[int, Sequence[Sequence[str]]] = {
    1: (
        ("Si tidlig hva som ikke endres", "Ett sted for spørsmål og svar, også på engelsk",
         "Ikke la ryktene komme først"),
        ("Kort spørreundersøkelse før vedtak, og vis hva svarene førte til",),
        ("Nye fagmiljøer på tvers av dagens institutter",),
    ),
    2: (
        ("Fast tidspunkt for nytt, hver fredag", "Dekan besøker alle ti enheter før vedtak"),
        ("Stipendiater og postdoktorer må ha egen plass i arbeidsgruppene",),
        (),
    ),
    3: (
        ("Ålesund får samme beskjed samtidig som Trondheim", "Møter som virker like godt på skjerm"),
        ("Tillitsvalgte og verneombud inn fra første dag", "Frister som lar folk rekke å lese"),
        ("Færre små sårbare fagmiljøer",),
    ),
    4: (
        ("Én fast side med status hver fredag, også når det ikke er noe nytt",
         "Samme beskjed til alle institutter samtidig",
         "Instituttleder tar spørsmål på lunsjrommet, ikke bare på allmøte"),
        ("Verneombud med fra første arbeidsgruppe", "Risikovurdering før vedtak, ikke etter"),
        (),
    ),
    5: (
        ("Vis tidslinjen: hva er bestemt, hva er åpent", "Stipendiater trenger svar om veileder og kontor"),
        (),
        ("Felles laboratorier og felles opplæring",),
    ),
    6: (
        ("Ledere må få svarene før de får spørsmålene", "Fortell hvem som bestemmer hva"),
        ("Ta med teknisk ansatte, de vet hvor utstyret kan stå",),
        (),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line that a group writes while one looks on: so many seconds after the last, in this prompt."""

    after: int
    prompt: int
    text: str
    task: int = 0
    model: int | None = None


HURRY: Mapping[int, Sequence[Line]] = {
    1: (
        Line(4, 0, "Oversett samme dag, ikke uka etter"),
        Line(21, 1, "Åpne kontortider hos instituttleder hele våren"),
        Line(30, 2, "Kortere vei mellom laboratoriene"),
        Line(34, 2, "Bedre utnyttelse av dyrt utstyr"),
        Line(40, 0, "HMS-koordinatoren får to enheter i starten: sett av 50 %", 1, 0),
        Line(38, 1, "Faste møter for alle koordinatorer, en gang i måneden", 1, 0),
    ),
    2: (
        Line(9, 2, "Sjanse til å rydde i roller som ingen husker hvorfor vi har"),
        Line(26, 0, "Si fra også når svaret er «vi vet ikke ennå»"),
        Line(31, 1, "Hver seksjon skriver ned sine tre viktigste spørsmål"),
        Line(36, 2, "Felles mottak av nye ansatte"),
        Line(45, 0, "Større enheter trenger koordinator på heltid", 1, 0),
        Line(30, 0, "Halv stilling holder", 1, 2),
    ),
    3: (
        Line(2, 0, "Send lenke til opptak av alle møter"),
        Line(28, 1, "Egen kontaktperson i Ålesund"),
        Line(33, 2, "Vi kan lære av hverandres ryddedager"),
        Line(52, 1, "Verneombud på hvert sted, uansett modell", 1, 1),
    ),
    4: (
        Line(6, 1, "Referat fra gruppa på døra samme dag"),
        Line(24, 2, "Kjemi og bioingeniør får felles kjemikalielager"),
        Line(29, 2, "Én HMS-runde i stedet for to i samme korridor"),
        Line(35, 0, "Egen beskjed til dem som er i permisjon"),
        Line(44, 0, "40 % med ett institutt, 60 % med to sammenslåtte", 1, 1),
        Line(37, 1, "Koordinatorene vikarierer for hverandre", 1, 1),
    ),
    5: (
        Line(12, 1, "Medarbeidersamtaler framskyndes for dem som får ny leder"),
        Line(22, 0, "Hvem eier HMS-arbeidet i overgangen? Skriv navn på rollen"),
        Line(41, 2, "Ny start for medarbeidersamtalene"),
        Line(39, 0, "Stillingsandelen må følge risikoen, ikke antall ansatte", 1, 2),
    ),
    6: (
        Line(15, 2, "Felles innkjøp av verneutstyr"),
        Line(27, 0, "Lag en side med de ti vanligste spørsmålene"),
        Line(32, 1, "AMU får saken før sommeren"),
        Line(48, 1, "HMS-lag med koordinator, verneombud og romansvarlige", 1, 0),
    ),
}

# --- Last year's meeting ------------------------------------------------------------------------------------

REPORTING = TaskPlan(
    "Hvordan får vi flere til å melde avvik?",
    "Det er store forskjeller mellom instituttene, også når størrelsen tas i betraktning.",
    (
        ("Terskelen", "Hva gjør at folk lar være?"),
        ("Etter meldingen", "Hva skal den som meldte, få vite?"),
    ),
    minutes=25,
)
CLEANUP = TaskPlan(
    "Hva skal til for at ryddedagen virker?",
    "Retningslinjen er vedtatt. Hver enhet avgjør hva den trenger i tillegg.",
    (
        ("Før dagen", "Hva må være avtalt?"),
        ("På dagen", "Hvem gjør hva?"),
    ),
    minutes=25,
)

# By group, then task, then prompt.
LAST_YEAR: Mapping[int, Sequence[Sequence[Sequence[str]]]] = {
    1: (
        (("Folk vet ikke hva som er et avvik", "Skjemaet spør om for mye"), ("Svar innen en uke, uansett",)),
        (("Datoen settes et halvt år fram",), ("Leder er med på laboratoriet",)),
    ),
    2: (
        (("Redd for å henge ut en kollega",), ("Den som meldte, får vite hva som ble gjort",)),
        (("Studenter og gjester får datoen samtidig som ansatte", "Avfallsavtalen er bestilt før dagen"),
         ("Romansvarlig går gjennom kjøleskapene først",)),
    ),
    3: (
        (("Vanskelig å finne skjemaet på telefon",), ("Kort omtale på HMS-møtet, uten navn",)),
        (("Sett av hele dagen, ikke to timer",), ("Gassdetektorene testes samme dag",)),
    ),
    4: (
        (("Skjemaet spør om for mye", "Det hjelper jo ikke likevel"), ("Melder får en lenke til tiltaket",)),
        (("Liste over hva som skal kastes, henges opp uka før",), ("En fra hver gruppe fører liste",)),
    ),
    5: (
        (("Nyansatte har aldri sett skjemaet",), ("Leder takker for meldingen",)),
        (("Gjester og studenter må få innkalling i god tid",), ("Prøver uten eier kastes, etter varsel",)),
    ),
    6: (
        (("Engelsk versjon mangler",), ("Vis tallene per kvartal, uten rangering",)),
        (("Kasser og merkelapper på plass",), ("Felles lunsj",)),
    ),
    7: (
        (("Tar for lang tid midt i et forsøk",), ("Tiltak med frist og navn",)),
        (("Avklar hvem som eier utstyret i gangen",), ("Bilder før og etter",)),
    ),
    8: (
        (("Man sier det heller muntlig",), ("Svar innen en uke",)),
        (("Avtal med driften når de kan hente",), ("Verneombudet går en runde til slutt",)),
    ),
    9: (
        (("Ikke min oppgave, tenker mange",), ("Månedens avvik på tavla",)),
        (("Si fra to uker før",), ("Sjekklista på telefon, et rom av gangen",)),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Gathered:
    """A theme: its title, and its points as (group, prompt, place among the prompt's points)."""

    task: int
    title: str
    points: Sequence[tuple[int, int, int]]


THEMES = (
    Gathered(0, "Skjemaet er for langt og vanskelig å finne", ((1, 0, 1), (3, 0, 0), (4, 0, 0), (6, 0, 0), (7, 0, 0))),
    Gathered(0, "Raskt svar til den som melder",
             ((1, 1, 0), (2, 1, 0), (4, 1, 0), (5, 1, 0), (7, 1, 0), (8, 1, 0))),
    Gathered(0, "Hva er et avvik, og hvem melder?", ((1, 0, 0), (5, 0, 0), (8, 0, 0), (9, 0, 0))),
    Gathered(1, "Alle får datoen tidlig, også studenter og gjester", ((1, 0, 0), (2, 0, 0), (5, 0, 0), (9, 0, 0))),
    Gathered(1, "Avfall og henting er avtalt på forhånd", ((2, 0, 1), (6, 0, 0), (8, 0, 0))),
)  # fmt: skip


@dataclass(frozen=True)
class Summed:
    """A sentence of the summary, and what it stands on: whole themes, by their place in `THEMES`."""

    task: int
    text: str
    themes: Sequence[int]


SUMMARY = (
    Summed(0, "Skjemaet må bli kortere og lett å finne på telefon og på engelsk.", (0,)),
    Summed(0, "Den som melder, skal få svar innen en uke.", (1,)),
    Summed(1, "Studenter og gjester skal få datoen for ryddedagen samtidig med ansatte, minst to uker før.", (3,)),
    Summed(1, "Henting av avfall skal være avtalt før dagen.", (4,)),
)  # fmt: skip

PROPOSAL = "Skriv at studenter og gjester får dato og oppgave samtidig med ansatte, minst to uker før."
PROPOSED_BY = ((2, 0, 0), (5, 0, 0))
"""The points of the second task that the proposal stands on."""

ACTIONS = (
    # title, group, task, prompt, place, due so many days after the meeting, done so many days after
    ("Legg skjemaet for avvik på forsida, også på engelsk", 6, 0, 0, 0, 60, 44),
    ("Avtal faste hentedager for farlig avfall med driften", 8, 1, 0, 0, 400, None),
)
