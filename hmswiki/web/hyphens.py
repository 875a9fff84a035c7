"""Where long words may be divided: browsers have no Norwegian patterns of their own, and the words are long."""

import re
from itertools import pairwise

SOFT_HYPHEN = "\N{SOFT HYPHEN}"
_LONGEST_PART = 9
# What the latter halves of the long words of this trade begin with, in bokmål, nynorsk and English.
_JOINT = re.compile(
    r"(?<=\w{3})(?=(?:administra|analyse|ansvar|arbeid|avdeling|beredskap|bygging|forsk|fysikk|gruppe|handtering|"
    r"helse|håndtering|infrastruktur|ingeniør|institutt|kjemi|koordinator|laborator|ledelse|leiing|materiale|miljø|"
    r"melding|møte|møter|oppgav|oppgåv|opplæring|ordning|organisasjon|plage|prosess|retningslinj|rettleiing|"
    r"rutine|runde|seksjon|senter|sikkerhet|skjelett|stilling|struktur|studie|system|teknologi|tiltak|tryggleik|"
    r"undersøk|undervisning|utstyr|utvikling|veiledning|verksted|verkstad|vern|verneombo|vitenskap|vitskap|vurdering|"
    r"avhengig|øvelse|øving|skeletal|het(?:en|er)?\b|heit(?:a|er)?\b|dag(?:en|er)?\b))"
)
_VOWEL = "aeiouyæøåé"
_ONSETS = ("skj", "str", "spr", "skr", "bl", "br", "dr", "fj", "fl", "fr", "gl", "gn", "gr", "kj", "kl", "kn", "kr",
           "kv", "pl", "pr", "sj", "sk", "sl", "sm", "sn", "sp", "st", "sv", "tr", "tv")  # fmt: skip
_SYLLABLE = re.compile(rf"(?<=[{_VOWEL}])[^{_VOWEL}\W\d]+(?=[{_VOWEL}])", re.IGNORECASE)


def with_soft_hyphens(text: str, longest: int) -> str:
    """`text` with places where words of more than `longest` letters may be divided.

    Between their parts or, where a part is long itself, between its syllables.
    """
    return " ".join(
        "-".join(_divisible(part) if len(part) > longest else part for part in word.split("-"))
        for word in text.split(" ")
    )


def _divisible(word: str) -> str:
    parts = _JOINT.sub(SOFT_HYPHEN, word).split(SOFT_HYPHEN)
    return SOFT_HYPHEN.join(_by_syllables(part) if len(part) > _LONGEST_PART else part for part in parts)


def _by_syllables(word: str) -> str:
    """Divided before the consonants that may begin a syllable, three letters from either end at the least."""
    places = []
    for between in _SYLLABLE.finditer(word):
        consonants = between.group().lower()
        begins = max((len(onset) for onset in _ONSETS if consonants.endswith(onset)), default=1)
        place = between.end() - begins
        if place >= 3 and len(word) - place >= 3:
            places.append(place)
    bounds = [0, *places, len(word)]
    return SOFT_HYPHEN.join(word[start:end] for start, end in pairwise(bounds))
