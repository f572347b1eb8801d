"""API Pix documents. Examples follow the shapes of bacen/pix-api openapi.yaml 2.9.0; three of its own examples do not
validate against its schema (devolucoes as an object, infoPagador as a number, dataLiquidacao 2024-20-08)."""

import json
from dataclasses import replace

import pytest

from brasil.errors import BrasilError
from brasil.pix.person import Person

PIX = {
    "endToEndId": "E12345678202009091221kkkkkkkkkkk",
    "txid": "c3e0e7a4e7f1469a9f782d3d4999343c",
    "valor": "110.00",
    "horario": "2020-09-09T20:15:00.358Z",
    "infoPagador": "0123456789",
    "chave": "7d9f0335-8dcc-4054-9bf9-0dbd61d36906",
    "componentesValor": {"original": {"valor": "100.00"}, "multa": {"valor": "3.00"}, "juros": {"valor": "7.00"}},
    "devolucoes": [
        {
            "id": "123ABC",
            "rtrId": "D12345678202009091221abcdf098765",
            "valor": "10.00",
            "natureza": "ORIGINAL",
            "horario": {"solicitacao": "2020-09-09T20:15:00.358Z"},
            "status": "EM_PROCESSAMENTO",
        },
        {
            "id": "124",
            "valor": "20.00",
            "natureza": "MED_FRAUDE",
            "horario": {"solicitacao": "2020-09-10T00:00:00Z", "liquidacao": "2020-09-10T00:00:01-03:00"},
            "status": "DEVOLVIDO",
            "motivo": "fraude",
        },
    ],
}


def refused(function, *arguments, **named):
    with pytest.raises(BrasilError) as caught:
        function(*arguments, **named)
    return caught.value.code, caught.value.problem.field


def changed(document, path, value):
    """Return a deep copy with one value replaced, or removed if `value` is None."""
    copy = json.loads(json.dumps(document))
    *parents, last = path.split(".")
    place = copy
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return copy


def replaced(request, **change):
    return replace(request, **change)


DEBTOR = Person(tax_id="529.982.247-25", name="Francisco da Silva", city="Recife", state="PE", postal_code="50000000")
