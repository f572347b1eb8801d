"""A tenant's own contact hours: they may be narrower than the law's, never wider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from brasil.contact.windows import ContactRule, Week, Window
from brasil.errors import BrasilError

if TYPE_CHECKING:
    from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantLimits:
    """Hours a tenant keeps, by kind of day; None keeps the law's."""

    weekday: Window | None = None
    saturday: Window | None = None
    sunday: Window | None = None
    holiday: Window | None = None

    @classmethod
    def parse(cls, windows: Mapping[str, str]) -> Self:
        """Read e.g. `{"weekday": "09:00-18:00", "saturday": "closed"}`; raises `contact.window`, `contact.day_kind`."""
        unknown = sorted(set(windows) - set(Week._fields))
        if unknown:
            raise BrasilError(
                "contact.day_kind", f"Limits are named {', '.join(Week._fields)}.", field="limits", found=unknown[0]
            )
        return cls(**{kind: Window.parse(text) for kind, text in windows.items()})

    def week(self, rule: ContactRule) -> Week:
        """Return the hours to keep under `rule`; raises `contact.looser_than_law` if one is wider than the law's."""
        mine: dict[str, Window] = {}
        for kind, lawful in rule.week._asdict().items():
            wanted: Window | None = getattr(self, kind)
            if wanted is not None and not wanted.within(lawful):
                raise BrasilError(
                    "contact.looser_than_law",
                    f"The limit for {kind} is {wanted}, but {rule.law} allows {lawful}; narrow the limit.",
                    field=kind,
                    found=str(wanted),
                    expected=f"within {lawful}",
                )
            mine[kind] = lawful if wanted is None else wanted
        return Week(**mine)

    def narrowed(self, rule: ContactRule) -> TenantLimits:
        """Return what of these limits is lawful under `rule`: for one wish that is kept in all states."""
        kept = {
            kind: None if getattr(self, kind) is None else getattr(self, kind).common(lawful)
            for kind, lawful in rule.week._asdict().items()
        }
        return TenantLimits(**kept)
