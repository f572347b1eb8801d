"""What the stack may refuse; every sentence names the place and the remedy."""


class StackError(Exception):
    """The stack cannot do what was asked. The text is one sentence for a person."""


class AskedWronglyError(StackError):
    """What was asked for does not exist; asking again the same way cannot help."""


class BadHashError(StackError):
    """A file is not the one the committed list names."""


class PortTakenError(StackError):
    """A port that was asked for belongs to another program."""


class DiedError(StackError):
    """A part stopped while it was starting."""


class DiskFullError(StackError):
    """There is not enough free disk to start safely."""
