"""States and municipalities as the rules know them: the two letters of a state, the seven digits IBGE gives a city."""

from __future__ import annotations

from typing import Final

from brasil.errors import BrasilError

# IBGE prefix of the municipalities of each state (IBGE, Divisão Territorial Brasileira)
UF_BY_IBGE_PREFIX: Final[dict[str, str]] = {
    "11": "RO", "12": "AC", "13": "AM", "14": "RR", "15": "PA", "16": "AP", "17": "TO",
    "21": "MA", "22": "PI", "23": "CE", "24": "RN", "25": "PB", "26": "PE", "27": "AL", "28": "SE", "29": "BA",
    "31": "MG", "32": "ES", "33": "RJ", "35": "SP",
    "41": "PR", "42": "SC", "43": "RS",
    "50": "MS", "51": "MT", "52": "GO", "53": "DF",
}  # fmt: skip
UFS: Final[frozenset[str]] = frozenset(UF_BY_IBGE_PREFIX.values())
IBGE_LENGTH: Final = 7


def check_uf(uf: str) -> str:
    """Return the state's two letters in upper case; raises `place.uf` for anything else."""
    upper = uf.strip().upper()
    if upper not in UFS:
        raise BrasilError("place.uf", "This is no Brazilian state; use its two letters, e.g. SP.", field="uf", found=uf)
    return upper


def uf_of_city(city: str) -> str:
    """Return the state of an IBGE municipality code (7 digits); raises `place.city` for anything else."""
    digits = city.strip()
    uf = UF_BY_IBGE_PREFIX.get(digits[:2])
    if uf is None or len(digits) != IBGE_LENGTH or not (digits.isascii() and digits.isdigit()):
        raise BrasilError(
            "place.city", "A city is its IBGE code of 7 digits, e.g. 3550308 for São Paulo.", field="city", found=city
        )
    return uf


def place_of(uf: str | None, city: str | None) -> tuple[str | None, str | None]:
    """Return state and city made consistent; raises `place.city_uf` if the city lies in another state."""
    if city is None:
        return (None if uf is None else check_uf(uf)), None
    owner = uf_of_city(city)
    if uf is not None and check_uf(uf) != owner:
        raise BrasilError(
            "place.city_uf",
            f"The city lies in {owner}; correct the state or the city.",
            field="city",
            found=uf,
            expected=owner,
        )
    return owner, city.strip()
