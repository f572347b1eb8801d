"""The creditor's profile: put whole, read whole."""

from chassis.db import Tx
from chassis.etag import check_if_match
from invoicing.domain.creditor import CreditorProfile, checked
from invoicing.store import creditors


async def put_profile(tx: Tx, profile: CreditorProfile, *, if_match: str | None) -> creditors.Held:
    """Keep the profile; the first one needs no `If-Match`, each later one does. Raises `InvalidError`."""
    wanted = checked(profile)
    held = await creditors.find(tx, lock=True)
    if held is not None:
        check_if_match(if_match, held.version)
        if held.profile == wanted:
            return held
    creditor_id = held.creditor_id if held else tx.ids.new_id()
    await creditors.save(tx, creditor_id=creditor_id, version=held.version + 1 if held else 1, profile=wanted)
    return await creditors.load(tx)
