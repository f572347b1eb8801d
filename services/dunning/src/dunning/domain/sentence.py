"""A decision in one sentence, in Portuguese and English, from its stable code."""

from collections.abc import Mapping

SENTENCES: Mapping[str, tuple[str, str]] = {
    "person_takes_over": ("A régua terminou: o caso passou a uma pessoa.", "The régua ended: a person took over."),
    "no_channel_left": (
        "Não enviado: não resta canal que possa ser usado; uma pessoa foi chamada.",
        "Not sent: no usable channel is left; a person was called.",
    ),
    "person_was_called": (
        "Não enviado: não resta canal que possa ser usado; a pessoa já chamada cuida do caso.",
        "Not sent: no usable channel is left; the person called before has the case.",
    ),
    "lawful_window": (
        "Enviado: a etapa venceu e todas as regras permitiram.",
        "Sent: the step was due and every rule allowed it.",
    ),
    "nothing_owed": ("Não enviado: nada mais é devido.", "Not sent: nothing is owed any more."),
    "prescribed": (
        "Não enviado: passaram cinco anos do vencimento.",
        "Not sent: five years have passed since the due date.",
    ),
    "debtor_excluded": (
        "Não enviado: o devedor está fora da cobrança.",
        "Not sent: the debtor is excluded from collection.",
    ),
    "paused": ("Não enviado: a cobrança está em pausa.", "Not sent: collection is paused."),
    "held": ("Não enviado: o caso está retido ({about}).", "Not sent: the case is held ({about})."),
    "no_step_due": ("Ainda não há etapa a enviar.", "No step is due yet."),
    "regua_finished": ("Todas as etapas da régua foram cumpridas.", "Every step of the régua is done."),
    "step_missed": (
        "Não enviado: a etapa {about} se perdeu e a régua não a recupera.",
        "Not sent: step {about} was missed and the régua does not catch it up.",
    ),
    "below_minimum": (
        "Não enviado: o saldo está abaixo do mínimo da etapa {about}.",
        "Not sent: the balance is below the minimum of step {about}.",
    ),
    "payment_may_be_on_its_way": (
        "Aguardando: um pagamento pode estar a caminho pelo banco.",
        "Waiting: a payment may be on its way through the bank.",
    ),
    "contact_cap": (
        "Aguardando: o limite de contatos ao devedor foi atingido.",
        "Waiting: the debtor's contact limit is reached.",
    ),
    "debtor_asked_other_days": (
        "Aguardando: o devedor pediu outros dias.",
        "Waiting: the debtor asked for other days.",
    ),
    "outside_lawful_window": (
        "Aguardando: fora do horário permitido ({about}).",
        "Waiting: outside the lawful hours ({about}).",
    ),
}


def sentence(code: str, about: str = "") -> tuple[str, str]:
    """The sentence of a reason code, in Portuguese and English; an unknown code speaks for itself."""
    portuguese, english = SENTENCES.get(code, (code, code))
    return portuguese.replace("{about}", about), english.replace("{about}", about)
