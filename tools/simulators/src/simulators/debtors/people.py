"""Debtors by number: name, CPF or CNPJ, mail, telephone and address. Everything valid, much of it awkward."""

import unicodedata
from dataclasses import dataclass
from typing import Final, TypeVar

from simulators.debtors.places import CITIES, City
from simulators.debtors.profiles import profile_of
from simulators.outside.chance import happens, number, word
from simulators.psp.values import check_digits

T = TypeVar("T")

_FIRST: Final = (
    "Ana", "José", "Conceição", "João", "Antônia", "Luís", "Íris", "Zoé", "Caetano", "Fátima", "Raí", "Thaís",
    "Ângelo", "Cauã", "Inês", "Otávio", "Regina", "Sebastião", "Tainá", "Ubirajara", "Vitória", "Wagner", "Yasmin",
)  # fmt: skip
_LAST: Final = (
    "da Silva", "D'Ávila", "Souza", "Gonçalves", "de Araújo Sant'Anna", "Müller", "Nascimento", "dos Santos", "Corrêa",
    "Brandão", "Magalhães", "Sá", "Yamaguchi", "Kowalski", "Leão", "Assunção", "Vieira Filho", "Guimarães Neto", "Ó",
)  # fmt: skip
_TRADES: Final = (
    "Padaria Pão & Mel", "Auto Peças Três Irmãos", "Clínica São Lucas", "Mercadinho do Zé", "Gráfica À Vista",
    "Transportes Ypê", "Ateliê d'Arte", "Construções Ângulo", "Farmácia Saúde+", "Escola Bê-á-bá",
)  # fmt: skip
_FORMS: Final = ("Ltda.", "ME", "EPP", "S.A.", "EIRELI")
_STREETS: Final = (
    "Rua XV de Novembro", "Avenida Brasil", "Travessa d'Oeste", "Rua Cônego Araújo", "Alameda dos Ipês", "Praça da Sé",
)  # fmt: skip
_DISTRICTS: Final = ("Centro", "Água Verde", "Boa Viagem", "São João", "Jardim América", "Vila Mariana")
LONG_NAME: Final = "Associação Beneficente Nossa Senhora da Conceição dos Produtores Rurais e Artesãos do Vale do Açaí"
_COMPANY_SHARE: Final = 0.25
_ENGLISH_SHARE: Final = 0.03
_ALPHANUMERIC_SHARE: Final = 0.4


@dataclass(frozen=True, slots=True)
class Person:
    """One debtor as the finance system knows it."""

    external_id: str
    name: str
    tax_id: str
    email: str
    phone: str
    city: City
    postal_code: str
    street: str
    house: str
    district: str
    language: str
    time_zone: str


def person(seed: int, index: int) -> Person:
    """The debtor of this number, from 1 on. The first 27 live in 27 states."""
    external_id = f"C-{index:05d}"
    city = CITIES[(index - 1) % 27] if index <= 27 else _somewhere(seed, external_id)
    company = happens(seed, _COMPANY_SHARE, "company", external_id)
    name = _company(seed, external_id) if company else _name(seed, external_id)
    if index % 97 == 50:
        name, company = LONG_NAME, True
    lost = profile_of(seed, external_id) == "wrong_address"
    return Person(
        external_id=external_id,
        name=name,
        tax_id=_cnpj(seed, external_id) if company else _cpf(seed, external_id),
        email=_email(seed, external_id, name, index, lost=lost),
        phone=f"+55{city.area_code}99{index % 1_000:03d}0000" if lost else _phone(city, index),
        city=city,
        postal_code=f"{city.postal_prefix}{number(seed, 900, 'cep', external_id):03d}",
        street=_one(seed, _STREETS, "street", external_id),
        house="s/n" if index % 11 == 0 else str(1 + number(seed, 4_000, "house", external_id)),
        district=_one(seed, _DISTRICTS, "district", external_id),
        language="en-US" if happens(seed, _ENGLISH_SHARE, "language", external_id) else "pt-BR",
        time_zone=city.zone if index % 4 == 0 else "",
    )


def _phone(city: City, index: int) -> str:
    return f"+55{city.area_code}9{9 - index // 10**6 % 3}{index % 10**6:06d}{1 + index % 9}"


def _somewhere(seed: int, external_id: str) -> City:
    """Half of them in the nine states that keep Brasília's time."""
    near = happens(seed, 0.5, "region", external_id)
    return _one(seed, tuple(CITIES[:9]) if near else tuple(CITIES), "city", external_id)


def _one(seed: int, things: tuple[T, ...], *names: object) -> T:
    return things[number(seed, len(things), *names)]


def _name(seed: int, external_id: str) -> str:
    return f"{_one(seed, _FIRST, 'first', external_id)} {_one(seed, _LAST, 'last', external_id)}"


def _company(seed: int, external_id: str) -> str:
    return f"{_one(seed, _TRADES, 'trade', external_id)} {_one(seed, _FORMS, 'form', external_id)}"


def _cpf(seed: int, external_id: str) -> str:
    base = f"{1 + number(seed, 999_999_998, 'cpf', external_id):09d}"
    return base + check_digits(base)


def _cnpj(seed: int, external_id: str) -> str:
    """Numeric, or with letters in root and branch as issued since July 2026."""
    if happens(seed, _ALPHANUMERIC_SHARE, "alphanumeric", external_id):
        base = word(seed, 12, "cnpj", external_id, alphabet="0123456789ABCDEFGHJKLMNPRSTUVWXYZ")
    else:
        base = f"{1 + number(seed, 99_999_998, 'cnpj', external_id):08d}0001"
    return base + check_digits(base)


def _email(seed: int, external_id: str, name: str, index: int, *, lost: bool) -> str:
    """Local parts that the mail simulator refuses or bounces stand for addresses that are wrong."""
    plain = unicodedata.normalize("NFKD", name.split(maxsplit=1)[0]).encode("ascii", "ignore").decode().lower()
    local = "".join(letter for letter in plain if letter.isalnum()) or "contato"
    if lost:
        kind = "naoexiste" if happens(seed, 0.6, "bounce", external_id) else "devolve"
        return f"{local}.{kind}.{index}@example.com.br"
    slow = ".greylist" if happens(seed, 0.03, "greylist", external_id) else ""
    return f"{local}{slow}.{index}@{'example.com' if index % 3 else 'example.com.br'}"
