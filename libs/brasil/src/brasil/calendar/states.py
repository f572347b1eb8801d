"""Holidays of the states (Lei 9.093/1995, art. 1º, II), as data. Those that always fall on a Sunday are left out.

One line each: state, day, first year, last year (`-` open), name. The day is `MM-DD`; `MM-DD>fri` (a Tuesday,
Wednesday or Thursday moves to the Friday of that week: Acre, Lei estadual 2.126/2009); or `easter±N`.
State laws change: a tenant's own rows add to this table.
"""

from typing import Final

STATE_HOLIDAYS: Final = """\
AC 01-23 2005 2008 Dia do Evangélico
AC 01-23>fri 2009 - Dia do Evangélico
AC 03-08 2002 2008 Dia Internacional da Mulher
AC 03-08>fri 2009 - Dia Internacional da Mulher
AC 06-15 - - Aniversário do Acre
AC 09-05 2004 2008 Dia da Amazônia
AC 09-05>fri 2009 - Dia da Amazônia
AC 11-17 - 2008 Assinatura do Tratado de Petrópolis
AC 11-17>fri 2009 - Assinatura do Tratado de Petrópolis
AL 06-24 - - São João
AL 06-29 - - São Pedro
AL 09-16 - - Emancipação Política de Alagoas
AL 11-20 - 2023 Consciência Negra
AL 11-30 2013 - Dia do Evangélico
AM 09-05 - - Elevação do Amazonas à categoria de província
AM 11-20 2010 2023 Consciência Negra
AP 03-19 2003 - São José
AP 07-25 2012 - São Tiago
AP 09-13 - - Criação do Território Federal
AP 11-20 2008 2023 Consciência Negra
BA 07-02 - - Independência da Bahia
CE 03-19 - - São José
CE 03-25 - - Abolição da escravidão no Ceará
CE 08-15 2004 - Nossa Senhora da Assunção
DF 04-21 - - Fundação de Brasília
DF 11-30 - - Dia do Evangélico
ES easter+8 2020 - Nossa Senhora da Penha
GO 07-26 - - Fundação da cidade de Goiás
GO 10-24 - - Pedra fundamental de Goiânia
MA 07-28 - - Adesão do Maranhão à independência do Brasil
MG 04-21 - - Execução de Tiradentes
MS 10-11 - - Criação do Estado
MT 11-20 2003 2023 Consciência Negra
PA 08-15 - - Adesão do Grão-Pará à independência do Brasil
PB 08-05 - - Fundação do Estado
PE 03-06 2018 - Revolução Pernambucana de 1817
PI 10-19 - - Dia do Piauí
PR 11-15 2014 - Nossa Senhora do Rocio
PR 12-19 - 2013 Emancipação do Paraná
RJ easter-47 2009 - Carnaval
RJ 04-23 2008 - São Jorge
RJ 11-20 2002 2023 Consciência Negra
RN 08-07 - - Dia do Rio Grande do Norte
RN 10-03 2007 - Mártires de Cunhaú e Uruaçu
RO 01-04 - - Criação do Estado
RO 06-18 2002 - Dia do Evangélico
RR 10-05 - - Criação do Estado
RS 09-20 - - Dia do Gaúcho
SC 08-11 2004 2004 Dia do Estado de Santa Catarina
SC 11-25 2004 2004 Dia de Santa Catarina de Alexandria
SE 07-08 - - Emancipação política de Sergipe
SP 07-09 - - Revolução Constitucionalista
TO 03-18 - - Dia da Autonomia
TO 09-08 - - Nossa Senhora da Natividade
TO 10-05 - - Criação do Estado
"""
