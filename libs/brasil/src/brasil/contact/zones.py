"""The debtor's own time zone: by state, by city where a state has two, or given."""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from brasil.calendar.places import place_of
from brasil.errors import BrasilError

ZONE_BY_UF: Final[dict[str, str]] = {
    "AC": "America/Rio_Branco",
    "AL": "America/Maceio",
    "AM": "America/Manaus",
    "AP": "America/Belem",
    "BA": "America/Bahia",
    "CE": "America/Fortaleza",
    "DF": "America/Sao_Paulo",
    "ES": "America/Sao_Paulo",
    "GO": "America/Sao_Paulo",
    "MA": "America/Fortaleza",
    "MG": "America/Sao_Paulo",
    "MS": "America/Campo_Grande",
    "MT": "America/Cuiaba",
    "PA": "America/Belem",
    "PB": "America/Fortaleza",
    "PE": "America/Recife",
    "PI": "America/Fortaleza",
    "PR": "America/Sao_Paulo",
    "RJ": "America/Sao_Paulo",
    "RN": "America/Fortaleza",
    "RO": "America/Porto_Velho",
    "RR": "America/Boa_Vista",
    "RS": "America/Sao_Paulo",
    "SC": "America/Sao_Paulo",
    "SE": "America/Maceio",
    "SP": "America/Sao_Paulo",
    "TO": "America/Araguaina",
}

# Lei 12.876/2013: the west of Amazonas keeps the time of Acre. Fernando de Noronha is an hour ahead of Brasília.
_WEST_OF_AMAZONAS: Final = (
    "1300201",  # Atalaia do Norte
    "1300607",  # Benjamin Constant
    "1300706",  # Boca do Acre
    "1301407",  # Eirunepé
    "1301506",  # Envira
    "1301654",  # Guajará
    "1301803",  # Ipixuna
    "1301951",  # Itamarati
    "1302306",  # Jutaí
    "1302405",  # Lábrea
    "1303502",  # Pauini
    "1303908",  # São Paulo de Olivença
    "1304062",  # Tabatinga
)
ZONE_BY_CITY: Final[dict[str, str]] = {
    **dict.fromkeys(_WEST_OF_AMAZONAS, "America/Eirunepe"),
    "2605459": "America/Noronha",
}


@lru_cache(maxsize=64)
def named_zone(name: str) -> tzinfo:
    """Return a time zone by its IANA name; raises `zone.unknown`."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise BrasilError(
            "zone.unknown", "No such time zone; use an IANA name, e.g. America/Sao_Paulo.", field="zone", found=name
        ) from error


def zone_of(uf: str, city: str | None = None) -> tzinfo:
    """Return the time zone of a state, or of a city (IBGE code) where its state has two.

    Raises `place.uf`, `place.city` or `place.city_uf`.
    """
    owner, checked = place_of(uf, city)
    return named_zone(ZONE_BY_CITY.get(checked or "", ZONE_BY_UF[owner or uf]))
