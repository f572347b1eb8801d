"""A city for every state: IBGE code, first digits of its postal codes, area code of its telephones."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class City:
    uf: str
    name: str
    code: str
    postal_prefix: str
    area_code: str
    zone: str


def _cities(zone: str, *rows: tuple[str, str, str, str, str]) -> list[City]:
    return [City(*row, zone) for row in rows]


CITIES: Final[list[City]] = [
    *_cities(
        "America/Sao_Paulo",
        ("SP", "São Paulo", "3550308", "01310", "11"),
        ("RJ", "Rio de Janeiro", "3304557", "20040", "21"),
        ("MG", "Belo Horizonte", "3106200", "30130", "31"),
        ("PR", "Curitiba", "4106902", "80020", "41"),
        ("RS", "Porto Alegre", "4314902", "90010", "51"),
        ("SC", "Florianópolis", "4205407", "88010", "48"),
        ("ES", "Vitória", "3205309", "29010", "27"),
        ("GO", "Goiânia", "5208707", "74003", "62"),
        ("DF", "Brasília", "5300108", "70040", "61"),
    ),
    *_cities("America/Bahia", ("BA", "Salvador", "2927408", "40020", "71")),
    *_cities("America/Recife", ("PE", "Recife", "2611606", "50010", "81")),
    *_cities(
        "America/Fortaleza",
        ("CE", "Fortaleza", "2304400", "60010", "85"),
        ("RN", "Natal", "2408102", "59010", "84"),
        ("PB", "João Pessoa", "2507507", "58010", "83"),
        ("PI", "Teresina", "2211001", "64000", "86"),
        ("MA", "São Luís", "2111300", "65010", "98"),
    ),
    *_cities("America/Maceio", ("AL", "Maceió", "2704302", "57020", "82"), ("SE", "Aracaju", "2800308", "49010", "79")),
    *_cities("America/Belem", ("PA", "Belém", "1501402", "66010", "91"), ("AP", "Macapá", "1600303", "68900", "96")),
    *_cities("America/Manaus", ("AM", "Manaus", "1302603", "69005", "92")),
    *_cities("America/Boa_Vista", ("RR", "Boa Vista", "1400100", "69301", "95")),
    *_cities("America/Porto_Velho", ("RO", "Porto Velho", "1100205", "76801", "69")),
    *_cities("America/Rio_Branco", ("AC", "Rio Branco", "1200401", "69900", "68")),
    *_cities("America/Cuiaba", ("MT", "Cuiabá", "5103403", "78005", "65")),
    *_cities("America/Campo_Grande", ("MS", "Campo Grande", "5002704", "79002", "67")),
    *_cities("America/Araguaina", ("TO", "Palmas", "1721000", "77001", "63")),
]
"""The 27 capitals."""
