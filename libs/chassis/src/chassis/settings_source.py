"""How settings are found: names in the environment and `.env`, secrets from files, unknown names refused."""

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

_ELSEWHERE = re.compile(
    r"REGUA_(HOME|STACK|CACHE|OFFLINE|\w+_IMAGE|(TEST|PORT|KAFKA|POSTGRES|MAVEN|BENCH|CHAOS|DEMO)_\w+)"
)
"""REGUA_* names that the command line, the tests and the images read; a service leaves them alone."""

_KUBERNETES = re.compile(r"_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_\d+_(TCP|UDP)(_\w+)?)?)$")
_PER_SERVICE = ("database_url", "database_owner_url")


class SettingsError(ValueError):
    """The service does not start: one sentence that names the setting and the remedy."""


class EnvironmentSource(PydanticBaseSettingsSource):
    """The process environment over the `.env` file."""

    def __init__(self, settings_cls: type[BaseSettings], service: str):
        super().__init__(settings_cls)
        self.service = service

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:  # noqa: ARG002
        """Unused: `__call__` reads all fields at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        names = {**_env_file(self.config.get("env_file")), **os.environ}
        fields = self.settings_cls.model_fields
        refuse_unknown(names, fields=set(fields), service=self.service)
        found = ((field, _value(names, field, self.service)) for field in fields)
        return {field: value for field, value in found if value is not None}


def _env_file(configured: Any) -> dict[str, str]:
    if configured is None or not Path(configured).is_file():
        return {}
    read = dotenv_values(configured, interpolate=False)
    return {name: value for name, value in read.items() if value is not None}


def _value(names: Mapping[str, str], field: str, service: str) -> str | None:
    candidates = [field.upper()]
    if field in _PER_SERVICE and service:
        candidates.insert(0, f"{field}_{service}".upper())
    for name in candidates:
        if name in names:
            return names[name]
        if f"{name}_FILE" in names:
            return _secret(name, names[f"{name}_FILE"])
    return None


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"{name}_FILE names a file that cannot be read; mount the secret or correct the path"
        ) from None


def refuse_unknown(names: Mapping[str, str], *, fields: set[str], service: str) -> None:
    """Raise `SettingsError` for a name that looks like a setting of ours but is none (a typing mistake, usually)."""
    known = {field.upper() for field in fields}
    prefixes = ["REGUA_", "KAFKA_SECURITY_", "DATABASE_TLS_", "AUTH_JWT_", "AUTH_API_"]
    if service:
        prefixes.append(f"{service.upper()}_")
    for name in sorted(names):
        if not name.startswith(tuple(prefixes)) or _ELSEWHERE.fullmatch(name):
            continue
        if name in known or name.removesuffix("_FILE") in known or _KUBERNETES.search(name):
            continue
        near = difflib.get_close_matches(name, sorted(known), n=1)
        remedy = f"did you mean {near[0]}?" if near else "remove it, or correct its name"
        raise SettingsError(f"{name} is not a setting of this service: {remedy}")


def sentence(settings_cls: type[BaseSettings], error: ValidationError) -> str:
    """One sentence for the first thing wrong; it never repeats the value."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "unsafe_setting":
        return first["msg"]
    field = str(first["loc"][0]) if first["loc"] else ""
    info = settings_cls.model_fields.get(field)
    meaning = info.description if info is not None and info.description else "remove it"
    if first["type"] == "missing":
        return f"{field.upper()} is missing: set it to {meaning}"
    if first["type"] == "extra_forbidden":
        return f"{field.upper()} is not a setting of this service: remove it, or correct its name"
    reason = first["msg"][:1].lower() + first["msg"][1:]
    return f"{field.upper()} cannot be used ({reason}): set it to {meaning}"


def revealed(secret: SecretStr | None) -> str | None:
    """The secret's text, at the one place that hands it to a driver."""
    return None if secret is None else secret.get_secret_value()
