"""Reading a field of a file's header, where a field that cannot be read refuses the file."""

from brasil.bank_files.layouts.fields import Field, FieldError, read_field
from brasil.bank_files.problems import Findings


def header_field(header: str, field: Field, number: int, name: str, findings: Findings) -> object:
    """Read a field of the header on line `number`; if it cannot be read, report it and return None."""
    try:
        return read_field(field, header)
    except FieldError as error:
        findings.error(
            "header.field",
            f"Positions {field.first} to {field.last} of the header cannot be read: fetch the file again.",
            line=number,
            field=name,
            found=error.problem.found,
            expected=error.problem.expected,
        )
        return None
