"""Banco do Brasil's codes (CBR643, CNAB 400). The reason stands in "natureza do recebimento"."""

from typing import Final

from brasil.bank_files.codes.table import code_table

_MOVEMENTS: Final = """
02 entry @entry Confirmação de entrada de título
03 rejected @rejection Comando recusado
05 unregistered @settlement Liquidado sem registro
06 settled @settlement Liquidação normal
07 settled/partial @settlement Liquidação por conta (parcial)
08 settled @settlement Liquidação por saldo
09 off @write_off Baixa de título
10 off @write_off Baixa solicitada
11 other Título em ser
12 other Abatimento concedido
13 other Abatimento cancelado
14 other Alteração de vencimento do título
15 settled @settlement Liquidação em cartório
16 other Confirmação de alteração de juros de mora
18 other Alteração de instruções
19 other Confirmação da instrução de protesto
20 other Débito em conta
21 other Alteração do nome do pagador
22 other Alteração do endereço do pagador
23 other Encaminhado a cartório
24 other Sustar protesto
25 other Dispensar juros de mora
26 other Alteração do seu número
28 fee Manutenção de título vencido
31 other Conceder desconto
32 other Não conceder desconto
33 other Retificar desconto
34 other Alterar data para desconto
35 other Cobrar multa
36 other Dispensar multa
37 other Dispensar indexador
38 other Dispensar prazo limite para recebimento
39 other Alterar prazo limite para recebimento
41 other Alteração do número de controle do participante
42 other Alteração do CNPJ/CPF do pagador
44 other/reversal Título pago com cheque devolvido
46 other/money Título pago com cheque, aguardando compensação
72 other Alteração de tipo de cobrança
85 other Inclusão de negativação
86 other Exclusão de negativação
96 fee Despesas de protesto
97 fee Despesas de sustação de protesto
98 fee Débito de custas antecipadas
"""

_SETTLEMENT: Final = """
01 Liquidação normal
02/partial Liquidação parcial
03 Liquidação por saldo
04 Liquidação com cheque a compensar
05 Liquidação de título sem registro
07 Liquidação na apresentação
09 Liquidação em cartório
10/partial Liquidação parcial com cheque a compensar
11 Liquidação por saldo com cheque a compensar
"""

_WRITE_OFF: Final = """
10 Solicitada pelo cliente
14 Protestado
15 Sustado judicialmente
18 Por alteração da carteira
19 Débito automático
31 Liquidado anteriormente
32 Habilitado em processo
33 Incobrável por nosso intermédio
34 Transferido para créditos em liquidação
46 Por alteração da variação
47 Por alteração da variação
51 Acerto
90 Baixa automática
"""

_ENTRY: Final = """
11 Por via convencional
16 Por alteração do código do beneficiário
17 Por alteração da variação
18 Por alteração da carteira
"""

_REJECTION: Final = """
01 Identificação inválida
02 Variação da carteira inválida
03 Valor dos juros por um dia inválido
04 Valor do desconto inválido
05 Espécie de título inválida para a carteira/variação
06 Espécie de valor invariável inválida
07 Prefixo da agência usuária inválido
08 Valor do título/apólice inválido
09 Data de vencimento inválida
10 Fora do prazo
11 Inexistência de margem para desconto
12 O banco não tem agência na praça do pagador
13 Razões cadastrais
14 Pagador interligado com o sacador
15 Título sacado contra órgão do poder público
16 Título preenchido de forma irregular
17 Título rasurado
18 Endereço do pagador não localizado ou incompleto
19 Código do beneficiário inválido
20 Nome/endereço do cliente não informado
21 Carteira inválida
22 Quantidade de valor variável inválida
23 Faixa de nosso número excedida
24 Valor do abatimento inválido
25 Novo seu número inválido
26 Valor do IOF de seguro inválido
27 Nome do pagador/beneficiário inválido
28 Data do novo vencimento inválida
29 Endereço não informado
30 Registro de título já liquidado
31 Número do borderô inválido
32 Nome da pessoa autorizada inválido
33 Nosso número já existente
34 Número da prestação do contrato inválido
35 Percentual de desconto inválido
36 Dias para protesto inválidos
37 Data de emissão inválida
38 Vencimento anterior à emissão
39 Comando de alteração indevido para a carteira
40 Tipo de moeda inválido
41 Abatimento não permitido
42 CEP/UF inválidos ou não compatíveis
43 Unidade variável incompatível com a data de emissão
44 Dados para débito ao pagador inválidos
45 Carteira/variação encerrada
46 Convênio encerrado
47 Título tem valor diverso do informado
48 Motivo de baixa inválido para a carteira
49 Abatimento a cancelar não consta do título
50 Comando incompatível com a carteira
51 Código do convenente inválido
52 Abatimento igual ou maior que o valor do título
53 Título já se encontra na situação pretendida
54 Título fora do prazo admitido
55 Novo vencimento fora dos limites da carteira
56 Título não pertence ao convenente
57 Variação incompatível com a carteira
58 Impossível a variação única para a carteira
59 Título vencido em transferência de carteira
60 Título com prazo superior ao da variação única
61 Título já foi fichado para protesto
62 Alteração da situação de débito inválida
63 DV do nosso número inválido
64 Título não passível de débito/baixa
65 Título com ordem de não protestar
66 CNPJ/CPF do pagador inválido
67 Título/carnê rejeitado
68 Código, data ou percentual de multa inválido
69 Valor/percentual de juros inválido
70 Título já se encontra isento de juros
71 Código de juros inválido
72 Prefixo da agência cobradora inválido
73 Número de controle do participante inválido
75 Prazo limite para recebimento inválido
80 Nosso número inválido
81 Data para concessão do desconto inválida
82 CEP do pagador inválido
83 Carteira/variação não localizada no beneficiário
84 Título não localizado
99 Outros motivos
"""

BB_400: Final = code_table(_MOVEMENTS, settlement=_SETTLEMENT, write_off=_WRITE_OFF, entry=_ENTRY, rejection=_REJECTION)
