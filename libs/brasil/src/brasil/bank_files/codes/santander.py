"""Santander's codes (H7800 layout 353 of 400 positions; H7815 layout of 240 positions, notes 40 and 41).

93 and 94 are the capture of a payment (baixa operacional) and its cancellation: neither settles.
"""

from typing import Final

from brasil.bank_files.codes.febraban import FEES, MOVEMENTS_240, REJECTIONS, SETTLEMENT
from brasil.bank_files.codes.table import code_table

_MOVEMENTS_400: Final = """
01 rejected @rejection Título não existe
02 entry @rejection Entrada de título confirmada
03 rejected @rejection Entrada de título rejeitada
04 other Transferência de carteira/entrada
05 other Transferência de carteira/baixa
06 settled Liquidação
07 settled/partial Liquidação por conta (parcial)
08 settled Liquidação por saldo
09 off Baixa automática
10 off Título baixado conforme instrução ou por ter sido protestado
11 other Em ser
12 other Abatimento concedido
13 other Abatimento cancelado
14 other Prorrogação de vencimento
15 other Enviado para cartório
16 other Título já baixado/liquidado
17 settled Liquidado em cartório
21 other Entrada em cartório
22 other Retirado de cartório
24 fee Custas de cartório
25 other Protestar título
26 other Sustar protesto
35 other Título DDA reconhecido pelo pagador
36 other Título DDA não reconhecido pelo pagador
37 other Título DDA recusado pela CIP
38 other Confirmação da instrução de não protestar
93 other/money Baixa operacional (pagamento capturado, ainda não liquidado)
94 other/money Cancelamento de baixa operacional
"""

_REJECTIONS_400: Final = """
001 Nosso número não numérico
002 Valor do abatimento não numérico
003 Data de vencimento não numérica
004 Conta de cobrança não numérica
005 Código da carteira não numérico
006 Código da carteira inválido
007 Espécie do documento inválida
008 Unidade de valor não numérica
009 Unidade de valor inválida
010 Código da primeira instrução não numérico
011 Código da segunda instrução não numérico
012 Valor do título em outra unidade
013 Valor do título não numérico
014 Valor de mora não numérico
015 Data de emissão não numérica
016 Data de vencimento inválida
017 Código da agência cobradora não numérico
018 Valor do IOC não numérico
019 CEP não numérico
020 Tipo de inscrição não numérico
021 CNPJ ou CPF não numérico
022 Código de ocorrência inválido
024 Total de parcelas não numérico
025 Valor do desconto não numérico
026 Código do banco cobrador inválido
027 Número de parcelas do carnê não numérico
028 Número de parcelas do carnê zerado
029 Valor de mora inválido
030 Vencimento menor que 15 dias da data de processamento
039 Perfil não aceita título em banco correspondente
041 Agência cobradora não encontrada
042 Conta de cobrança inválida
043 Não baixar: complemento inválido
044 Não protestar: complemento inválido
045 Quantidade de dias de baixa não preenchida
046 Quantidade de dias de protesto não preenchida
047 Total de parcelas não bate com a quantidade gerada
048 Carnê com parcelas com erro
049 Seu número não confere com o carnê
051 Título não encontrado
052 Ocorrência não acatada: título liquidado
053 Ocorrência não acatada: título baixado
054 Título com ordem de protesto já emitida
055 Ocorrência não acatada: título já protestado
056 Ocorrência não acatada: título não vencido
057 CEP do pagador incorreto
058 CNPJ/CPF incorreto
059 Instrução aceita só para cobrança simples
060 Espécie de documento não protestável
061 Beneficiário sem carta de protesto
062 Pagador não protestável
063 CEP não encontrado na tabela de praças
064 Tipo de cobrança não permite protesto
065 Pedido de sustação já solicitado
066 Sustação de protesto fora de prazo
067 Cliente não transmite registro de ocorrência
068 Tipo de vencimento inválido
069 Produto diferente de cobrança simples
070 Data de prorrogação menor que o vencimento
071 Data de antecipação maior que o vencimento
072 Data do documento superior à data da instrução
073 Abatimento maior ou igual ao valor do título
074 Primeiro desconto maior ou igual ao valor do título
075 Segundo desconto maior ou igual ao valor do título
076 Terceiro desconto maior ou igual ao valor do título
077 Desconto por antecipação maior ou igual ao valor do título
078 Não existe abatimento para cancelar
079 Não existe primeiro desconto para cancelar
080 Não existe segundo desconto para cancelar
081 Não existe terceiro desconto para cancelar
082 Não existe desconto por antecipação para cancelar
084 Já existe segundo desconto
085 Já existe terceiro desconto
086 Data do segundo desconto inválida
087 Data do terceiro desconto inválida
089 Data da multa menor ou igual ao vencimento
090 Já existe desconto por dia de antecipação
091 Já existe concessão de desconto
092 Nosso número já cadastrado
093 Valor do título não informado
094 Valor do título em outra moeda não informado
095 Perfil não aceita valor do título zerado
096 Espécie de documento não permite protesto
097 Espécie de documento não permite IOC zerado
098 Data de emissão inválida
099 Registro duplicado no movimento diário
100 Data de emissão maior que a data de vencimento
101 Nome do pagador não informado
102 Endereço do pagador não informado
103 Município do pagador não informado
104 Unidade da federação não informada
105 Tipo de inscrição não existe
106 CNPJ/CPF não informado
107 Unidade da federação incorreta
108 Dígito do CNPJ/CPF incorreto
109 Valor de mora tem que ser zero
110 Data do primeiro desconto inválida
111 Data de desconto não numérica
112 Valor do desconto não informado
113 Valor do desconto inválido
114 Valor do abatimento não informado
115 Valor do abatimento maior que o do título
116 Data da multa não numérica
117 Valor do desconto maior que o do título
118 Data da multa não informada
119 Data da multa maior que o vencimento
120 Percentual de multa não numérico
121 Percentual de multa não informado
122 Valor do IOF maior que o do título
123 CEP do pagador não numérico
124 CEP do pagador não encontrado
126 Código para baixa/devolução inválido
127 Código para baixa/devolução não numérico
128 Código de protesto inválido
129 Espécie de documento não numérica
130 Forma de cadastramento não numérica
131 Forma de cadastramento inválida
134 Código do movimento da remessa não numérico
135 Código do movimento da remessa inválido
136 Código do banco na compensação não numérico
144 Tipo de documento não numérico
145 Tipo de documento inválido
146 Código para protesto não numérico
147 Dias para protesto inválidos
148 Dias para protesto não numéricos
149 Código de mora inválido
150 Código de mora não numérico
151 Valor de mora zerado para o código de mora 1
152 Taxa de mora zerada para o código de mora 2
160 Bairro do pagador não informado
199 Tipo de inscrição do sacador/avalista inválido
200 Inscrição do sacador/avalista não numérica
201 Alteração do controle do participante inválida
202 Alteração do seu número inválida
"""

_EXTRA_240: Final = """
32 other Código de IOF inválido
93 other/money Baixa operacional (pagamento capturado, ainda não liquidado)
94 other/money Cancelamento de baixa operacional
"""

SANTANDER_400: Final = code_table(_MOVEMENTS_400, rejection=_REJECTIONS_400)
SANTANDER_240: Final = code_table(MOVEMENTS_240 + _EXTRA_240, rejection=REJECTIONS, settlement=SETTLEMENT, fee=FEES)
