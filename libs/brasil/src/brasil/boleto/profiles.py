"""How each bank fills the campo livre (barcode positions 20 to 44), as data.

A profile is a list of slots, 25 digits in all: constants, values, or check digits computed over values. The same table
builds a campo livre and reads one. Names of values are the banks' own words: agencia, conta, carteira, convenio,
beneficiario, posto, modalidade, parcela, numero (the sequence that the issuer chooses).

Sources: the banks' manuals where one is named; else the public implementations kivanio/brcobranca (Ruby) and
BoletoNet/BoletoNetCore (C#), whose printed examples are this table's tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from brasil.boleto.layout import BEFORE, Check, Constant, Profile, Value


def _only(**values: str) -> Mapping[str, frozenset[str]]:
    return MappingProxyType({name: frozenset(allowed.split()) for name, allowed in values.items()})


def _checks(**checks: Check) -> Mapping[str, Check]:
    return MappingProxyType(checks)


def _defaults(**values: str) -> Mapping[str, str]:
    return MappingProxyType(values)


_ITAU_WITH_CLIENT: Final = "106 107 122 142 143 195 196 198"
_ITAU_SHORT_CHECK: Final = "112 126 131 146 150 168"
_ITAU_SLOTS: Final = (
    Value("carteira", 3),
    Value("numero", 8),
    Value("numero_dv", 1),
    Value("agencia", 4),
    Value("conta", 5),
    Value("conta_dv", 1),
    Constant("000"),
)
_ITAU_ACCOUNT_CHECK: Final = Check("modulo_10", ("agencia", "conta"))

# Several layouts of one bank stand in the order in which a reader tries them.
PROFILES: Final[tuple[Profile, ...]] = (
    Profile(
        name="bb-7",
        bank="001",
        title="Banco do Brasil, convênio de 7 dígitos",
        source="BB, Especificações Técnicas para Confecção de Boleto, Jan/2016",
        slots=(Constant("000000"), Value("convenio", 7), Value("numero", 10), Value("carteira", 2)),
        our_number=("convenio", "numero"),
        printed="{convenio}{numero}",
    ),
    Profile(
        name="bb-8",
        bank="001",
        title="Banco do Brasil, convênio de 8 dígitos",
        source="kivanio/brcobranca, banco_brasil",
        slots=(Constant("000000"), Value("convenio", 8), Value("numero", 9), Value("carteira", 2)),
        our_number=("convenio", "numero"),
        printed="{convenio}{numero}",
    ),
    Profile(
        name="bb-6-17",
        bank="001",
        title="Banco do Brasil, convênio de 6 dígitos, nosso número de 17",
        source="BB, Especificações Técnicas para Confecção de Boleto, Jan/2016",
        slots=(Value("convenio", 6), Value("numero", 17), Constant("21")),
        our_number=("numero",),
        printed="{numero}",
    ),
    Profile(
        name="bb-6",
        bank="001",
        title="Banco do Brasil, convênio de 6 dígitos",
        source="BB, Especificações Técnicas para Confecção de Boleto, Jan/2016",
        slots=(Value("convenio", 6), Value("numero", 5), Value("agencia", 4), Value("conta", 8), Value("carteira", 2)),
        our_number=("convenio", "numero"),
        printed="{convenio}{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("modulo_11_x", ("convenio", "numero"))),
    ),
    Profile(
        name="bb-4",
        bank="001",
        title="Banco do Brasil, convênio de 4 dígitos",
        source="BB, Especificações Técnicas para Confecção de Boleto, Jan/2016",
        slots=(Value("convenio", 4), Value("numero", 7), Value("agencia", 4), Value("conta", 8), Value("carteira", 2)),
        our_number=("convenio", "numero"),
        printed="{convenio}{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("modulo_11_x", ("convenio", "numero"))),
    ),
    Profile(
        name="bnb",
        bank="004",
        title="Banco do Nordeste",
        source="kivanio/brcobranca, banco_nordeste",
        slots=(
            Value("agencia", 4),
            Value("conta", 7),
            Value("conta_dv", 1),
            Value("numero", 7),
            Value("numero_dv", 1),
            Value("carteira", 2),
            Constant("000"),
        ),
        our_number=("numero",),
        printed="{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("modulo_11", ("numero",))),
        defaults=_defaults(carteira="21"),
    ),
    Profile(
        name="santander",
        bank="033",
        title="Santander",
        source="Santander, Layout de Código de Barras, Jan/2017",
        slots=(
            Constant("9"),
            Value("beneficiario", 7),
            Value("numero", 12),
            Value("numero_dv", 1),
            Value("iof", 1),
            Value("carteira", 3),
        ),
        our_number=("numero",),
        printed="{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("modulo_11", ("numero",))),
        defaults=_defaults(carteira="101", iof="0"),
    ),
    Profile(
        name="banrisul",
        bank="041",
        title="Banrisul",
        source="kivanio/brcobranca, banrisul",
        slots=(
            Value("carteira", 1),
            Constant("1"),
            Value("agencia", 4),
            Value("beneficiario", 7),
            Value("numero", 8),
            Constant("40"),
            Value("livre_dv", 2),
        ),
        our_number=("numero",),
        printed="{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("double_digit", ("numero",)), livre_dv=Check("double_digit", (BEFORE,))),
        defaults=_defaults(carteira="2"),
    ),
    Profile(
        name="inter",
        bank="077",
        title="Banco Inter",
        source="Inter, Manual de Remessa CNAB 400; BoletoNetCore, BancoInterCarteira110Tests",
        slots=(
            Value("agencia", 4),
            Value("carteira", 3),
            Value("operacao", 7),
            Value("numero", 10),
            Value("numero_dv", 1),
        ),
        our_number=("numero",),
        printed="{agencia}/{carteira}/{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("modulo_10", ("agencia", "carteira", "numero"))),
        defaults=_defaults(agencia="0001", carteira="112"),
    ),
    Profile(
        name="ailos",
        bank="085",
        title="Ailos",
        source="kivanio/brcobranca, ailos",
        slots=(
            Value("convenio", 6),
            Value("conta", 7),
            Value("conta_dv", 1),
            Value("numero", 9),
            Value("carteira", 2),
        ),
        our_number=("conta", "conta_dv", "numero"),
        printed="{conta}{conta_dv}{numero}",
        checks=_checks(conta_dv=Check("modulo_11", ("conta",))),
        defaults=_defaults(carteira="01"),
    ),
    Profile(
        name="caixa",
        bank="104",
        title="Caixa Econômica Federal, SIGCB, beneficiário de 6 dígitos",
        source="Caixa, Especificação do Código de Barras para Boletos SIGCB, 2020",
        slots=(
            Value("beneficiario", 6),
            Value("beneficiario_dv", 1),
            Value("numero", 3, 2),
            Value("numero", 1, 0),
            Value("numero", 3, 5),
            Value("numero", 1, 1),
            Value("numero", 9, 8),
            Value("livre_dv", 1),
        ),
        our_number=("numero",),
        printed="{numero}-{numero_dv}",
        checks=_checks(
            beneficiario_dv=Check("modulo_11", ("beneficiario",)),
            numero_dv=Check("modulo_11", ("numero",)),
            livre_dv=Check("modulo_11", (BEFORE,)),
        ),
    ),
    Profile(
        name="caixa-7",
        bank="104",
        title="Caixa Econômica Federal, SIGCB, beneficiário de 7 dígitos",
        source="Caixa, Especificação do Código de Barras para Boletos SIGCB, 2020",
        slots=(
            Value("beneficiario", 7),
            Value("numero", 3, 2),
            Value("numero", 1, 0),
            Value("numero", 3, 5),
            Value("numero", 1, 1),
            Value("numero", 9, 8),
            Value("livre_dv", 1),
        ),
        our_number=("numero",),
        printed="{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("modulo_11", ("numero",)), livre_dv=Check("modulo_11", (BEFORE,))),
    ),
    Profile(
        name="unicred",
        bank="136",
        title="Unicred",
        source="kivanio/brcobranca, unicred",
        slots=(
            Value("agencia", 4),
            Value("conta", 9),
            Value("conta_dv", 1),
            Value("numero", 10),
            Value("numero_dv", 1),
        ),
        our_number=("numero",),
        printed="{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("modulo_11", ("numero",))),
    ),
    Profile(
        name="bradesco",
        bank="237",
        title="Bradesco",
        source="Bradesco, Cobrança 400 posições",
        slots=(Value("agencia", 4), Value("carteira", 2), Value("numero", 11), Value("conta", 7), Constant("0")),
        our_number=("numero",),
        printed="{carteira}/{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("modulo_11_p", ("carteira", "numero"))),
        defaults=_defaults(carteira="09"),
    ),
    Profile(
        name="itau-client",
        bank="341",
        title="Itaú, carteiras com código do cliente",
        source="Itaú, Cobrança 400 bytes, Jul/2021; kivanio/brcobranca, itau",
        slots=(
            Value("carteira", 3),
            Value("numero", 8),
            Value("seu_numero", 7),
            Value("cliente", 5),
            Value("livre_dv", 1),
            Constant("0"),
        ),
        our_number=("numero",),
        printed="{carteira}/{numero}-{numero_dv}",
        checks=_checks(
            livre_dv=Check("modulo_10", (BEFORE,)),
            numero_dv=Check("modulo_10", (("agencia", 4), ("conta", 5), "carteira", "numero")),
        ),
        only=_only(carteira=_ITAU_WITH_CLIENT),
    ),
    Profile(
        name="itau-short-check",
        bank="341",
        title="Itaú, carteiras cujo DAC não cobre agência e conta",
        source="Itaú, Cobrança 400 bytes, Jul/2021",
        slots=_ITAU_SLOTS,
        our_number=("numero",),
        printed="{carteira}/{numero}-{numero_dv}",
        checks=_checks(conta_dv=_ITAU_ACCOUNT_CHECK, numero_dv=Check("modulo_10", ("carteira", "numero"))),
        only=_only(carteira=_ITAU_SHORT_CHECK),
    ),
    Profile(
        name="itau",
        bank="341",
        title="Itaú",
        source="Itaú, Cobrança 400 bytes, Jul/2021",
        slots=_ITAU_SLOTS,
        our_number=("numero",),
        printed="{carteira}/{numero}-{numero_dv}",
        checks=_checks(
            conta_dv=_ITAU_ACCOUNT_CHECK,
            numero_dv=Check("modulo_10", ("agencia", "conta", "carteira", "numero")),
        ),
        defaults=_defaults(carteira="109"),
    ),
    Profile(
        name="sicredi",
        bank="748",
        title="Sicredi",
        source="Sicredi, manual de Mai/2016, as read by kivanio/brcobranca, sicredi",
        slots=(
            Value("cobranca", 1),
            Value("carteira", 1),
            Value("ano", 2),
            Value("byte", 1),
            Value("numero", 5),
            Value("numero_dv", 1),
            Value("agencia", 4),
            Value("posto", 2),
            Value("beneficiario", 5),
            Value("com_valor", 1),
            Constant("0"),
            Value("livre_dv", 1),
        ),
        our_number=("ano", "byte", "numero"),
        printed="{ano}/{byte}{numero}-{numero_dv}",
        checks=_checks(
            numero_dv=Check("modulo_11", ("agencia", "posto", "beneficiario", "ano", "byte", "numero")),
            livre_dv=Check("modulo_11", (BEFORE,)),
        ),
        defaults=_defaults(cobranca="1", carteira="1", byte="2"),
        amount_flag="com_valor",
    ),
    Profile(
        name="sicoob",
        bank="756",
        title="Sicoob",
        source="kivanio/brcobranca, sicoob; BoletoNetCore, BancoSicoobCarteira1_01Tests",
        slots=(
            Value("carteira", 1),
            Value("agencia", 4),
            Value("modalidade", 2),
            Value("cliente", 7),
            Value("numero", 7),
            Value("numero_dv", 1),
            Value("parcela", 3),
        ),
        our_number=("numero",),
        printed="{numero}-{numero_dv}",
        checks=_checks(numero_dv=Check("modulo_11_sicoob", ("agencia", ("cliente", 10), "numero"))),
        defaults=_defaults(carteira="1", modalidade="01", parcela="001"),
    ),
)

BY_NAME: Final[Mapping[str, Profile]] = MappingProxyType({profile.name: profile for profile in PROFILES})


def of_bank(bank: str) -> tuple[Profile, ...]:
    """Return the layouts of a bank, in the order in which a reader tries them; none for a bank not in the table."""
    return tuple(profile for profile in PROFILES if profile.bank == bank)
