"""Records that follow a movement: Pix charges of Itaú (type 3), Santander (type 2), Bradesco (type 4), and others."""

from brasil.bank_files.layouts.cnab400 import Complement
from brasil.bank_files.movement import PixCharge, TitleMovement


def fits(complement: Complement, line: str) -> bool:
    """Whether the line can be this complement, and not a damaged movement."""
    if complement.blank and complement.blank.cut(line).strip():
        return False
    if complement.constant is None:
        return True
    field, value = complement.constant
    found = field.cut(line)
    return found == value or not found.strip()


def add_pix(complement: Complement, line: str, movement: TitleMovement) -> TitleMovement:
    """The movement with the Pix charge that the line tells, if it tells one."""
    txid = complement.txid.cut(line).strip() if complement.txid else ""
    location = complement.location.cut(line).strip() if complement.location else ""
    if complement.key_type and complement.key_type.cut(line) not in complement.location_types:
        location = ""
    if not txid and not location:
        return movement
    return movement._replace(pix=PixCharge(txid or None, location or None))
