"""Access tokens: one way in, and every forgery, confusion and stale claim that we know of is refused."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from chassis.errors import TransientError
from chassis.principal import UnauthenticatedError
from chassis.tokens import IssuerKeys, TokenRules, Tokens

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TENANT = UUID("01930000-0000-7000-8000-00000000000a")
RULES = TokenRules(issuer="https://issuer.example", audience="regua", algorithms=("ES256", "RS256", "Ed25519"))
EC = ECKey.generate_key("P-256", parameters={"kid": "ec-1", "use": "sig", "alg": "ES256"})
EC_OTHER = ECKey.generate_key("P-256", parameters={"kid": "ec-1"})
EC_384 = ECKey.generate_key("P-384", parameters={"kid": "ec-384"})
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa-1", "use": "sig"})
ED = OKPKey.generate_key("Ed25519", parameters={"kid": "ed-1"})
FOR_ENCRYPTION = ECKey.generate_key("P-256", parameters={"kid": "enc-1"})
JWKS = {
    "keys": [
        *(key.as_dict(private=False) for key in (EC, RSA, ED, EC_384)),
        {**FOR_ENCRYPTION.as_dict(private=False), "use": "enc"},
        {"kty": "oct", "kid": "oct-1", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"},
        "not a key",
        {"kty": "EC"},
    ]
}


class FixedClock:
    def __init__(self):
        self.instant = NOW

    def now(self):
        return self.instant


def claims(**changes):
    stamp = int(NOW.timestamp())
    values = {
        "iss": RULES.issuer,
        "aud": "regua",
        "sub": "erp-client",
        "tenant_id": str(TENANT),
        "iat": stamp,
        "exp": stamp + 600,
        "scope": "invoices:read invoices:write",
    }
    values.update(changes)
    return {name: value for name, value in values.items() if value is not None}


def token(body=None, *, key=EC, alg="ES256", kid="ec-1", **header):
    return jwt.encode({"alg": alg, "kid": kid, **header}, body or claims(), key, algorithms=[alg])


def b64(raw):
    return base64.urlsafe_b64encode(raw if isinstance(raw, bytes) else json.dumps(raw).encode()).rstrip(b"=").decode()


def forged(header, body=None, signature=b"x" * 64):
    return f"{b64(header)}.{b64(body if body is not None else claims())}.{b64(signature)}"


def resigned(header, body, key=EC):
    """Signed with the true key over any header and body text at all."""
    signing = f"{b64(header)}.{b64(body)}"
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    r, s = decode_dss_signature(key.get_op_key("sign").sign(signing.encode(), ECDSA(SHA256())))
    return f"{signing}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


@pytest.fixture
def clock():
    return FixedClock()


@pytest.fixture
def fetched():
    return []


@pytest.fixture
def tokens(clock, fetched):
    async def fetch():
        fetched.append(1)
        return JWKS

    return Tokens(RULES, IssuerKeys(fetch), clock=clock)


@pytest.mark.parametrize(
    ("key", "alg", "kid"), [(EC, "ES256", "ec-1"), (RSA, "RS256", "rsa-1"), (ED, "Ed25519", "ed-1")]
)
async def test_a_good_token_gives_its_client_its_tenant_and_its_scopes(tokens, key, alg, kid):
    principal = await tokens.verify(token(key=key, alg=alg, kid=kid))
    assert principal.subject == "client:erp-client"
    assert principal.tenant_id == TENANT
    assert principal.scopes == {"invoices:read", "invoices:write"}


async def test_the_access_token_type_of_rfc_9068_is_accepted(tokens):
    await tokens.verify(token(typ="at+jwt"))


def hs256_with_public_key():
    secret = RSA.as_pem(private=False)
    signing = f"{b64({'alg': 'HS256', 'typ': 'JWT', 'kid': 'rsa-1'})}.{b64(claims())}"
    return f"{signing}.{b64(hmac.new(secret, signing.encode(), hashlib.sha256).digest())}"


STAMP = int(NOW.timestamp())
GOOD = token()
HEADER, BODY, SIGNATURE = GOOD.split(".")
ES = {"alg": "ES256", "kid": "ec-1"}
TWICE = b'{"iss":"https://issuer.example","aud":"regua","sub":"a","tenant_id":"%s","iat":%d,"exp":%d,"exp":%d}'
ATTACKS = {
    "empty": "",
    "not a token": "abc",
    "two parts": f"{HEADER}.{BODY}",
    "four parts": f"{GOOD}.x",
    "five parts (encrypted form)": f"{GOOD}.x.y",
    "no signature": f"{HEADER}.{BODY}.",
    "alg none": f"{b64({'alg': 'none', 'kid': 'ec-1'})}.{BODY}.",
    "alg none with a signature": forged({"alg": "none", "kid": "ec-1"}),
    "alg NoNe": forged({"alg": "NoNe", "kid": "ec-1"}),
    "alg missing": forged({"kid": "ec-1"}),
    "alg a list": forged({"alg": ["ES256"], "kid": "ec-1"}),
    "alg HS256 with the public key as secret": hs256_with_public_key(),
    "alg HS256 with the JWKS' own symmetric key": jwt.encode(
        {"alg": "HS256", "kid": "oct-1"}, claims(), OctKey.import_key(JWKS["keys"][5]), algorithms=["HS256"]
    ),
    "alg not on the list (RS512)": token(key=RSA, alg="RS512", kid="rsa-1"),
    "alg of another key (RS256 with the EC key's id)": token(key=RSA, alg="RS256", kid="ec-1"),
    "alg ES384 of a known key": token(key=EC_384, alg="ES384", kid="ec-384"),
    "key made for encryption": token(key=FOR_ENCRYPTION, kid="enc-1"),
    "signed by a stranger with a known id": token(key=EC_OTHER),
    "unknown key id": token(kid="ec-9"),
    "key id missing": resigned({"alg": "ES256"}, claims()),
    "key id a path": resigned({"alg": "ES256", "kid": "../../etc/passwd\x00"}, claims()),
    "key id with SQL": resigned({"alg": "ES256", "kid": "x' or '1'='1"}, claims()),
    "key id a number": resigned({"alg": "ES256", "kid": 1}, claims()),
    "key embedded in the header": resigned({**ES, "jwk": EC_OTHER.as_dict(private=False)}, claims(), EC_OTHER),
    "key set named in the header": resigned({**ES, "jku": "https://evil.example/jwks"}, claims()),
    "certificate chain in the header": resigned({**ES, "x5c": ["MIIB"]}, claims()),
    "certificate address in the header": resigned({**ES, "x5u": "https://evil.example/c.pem"}, claims()),
    "critical extension": resigned({**ES, "crit": ["b64"], "b64": False}, claims()),
    "compressed payload asked for": resigned({**ES, "zip": "DEF"}, claims()),
    "another type": resigned({**ES, "typ": "logout+jwt"}, claims()),
    "signature truncated": GOOD[:-10],
    "signature of zeros": f"{HEADER}.{BODY}.{b64(bytes(64))}",
    "signature in DER form": forged(ES, signature=bytes.fromhex("3006020101020101")),
    "body changed": f"{HEADER}.{b64(claims(scope='admin:all'))}.{SIGNATURE}",
    "header changed": f"{b64({'alg': 'ES256', 'kid': 'ec-1', 'typ': 'at+jwt'})}.{BODY}.{SIGNATURE}",
    "padding added": f"{HEADER}=.{BODY}.{SIGNATURE}",
    "standard base64 letters": f"{HEADER}.{BODY}.{SIGNATURE[:-2]}+/",
    "white space inside": f"{HEADER} .{BODY}.{SIGNATURE}",
    "header name twice": resigned(b'{"alg":"none","alg":"ES256","kid":"ec-1"}', claims()),
    "claim name twice": resigned(ES, TWICE % (str(TENANT).encode(), STAMP, STAMP - 9, STAMP + 600)),
    "claims not an object": resigned(ES, b'["a"]'),
    "claims not JSON": resigned(ES, b"{"),
    "claims with NaN": resigned(ES, b'{"exp": NaN}'),
    "claims nested without end": resigned(ES, b"[" * 3000 + b"]" * 3000),
    "expired": token(claims(iat=STAMP - 800, exp=STAMP - 61)),
    "expiry missing": token(claims(exp=None)),
    "expiry a text": token(claims(exp="9999999999")),
    "expiry true": token(claims(exp=True)),
    "expiry infinite": resigned(ES, json.dumps(claims(exp=10)).replace('"exp": 10', '"exp": 1e999').encode()),
    "life of a day": token(claims(exp=STAMP + 86_400)),
    "life of 15 minutes and a second": token(claims(exp=STAMP + 901)),
    "issue time missing": token(claims(iat=None)),
    "issued in the future": token(claims(iat=STAMP + 120, exp=STAMP + 600)),
    "not valid yet": token(claims(nbf=STAMP + 120)),
    "expires before it was issued": token(claims(iat=STAMP + 30, exp=STAMP + 20)),
    "issuer missing": token(claims(iss=None)),
    "another issuer": token(claims(iss="https://issuer.example.evil")),
    "issuer a list": token(claims(iss=["https://issuer.example"])),
    "audience missing": token(claims(aud=None)),
    "another audience": token(claims(aud="other-service")),
    "audience beginning like ours": token(claims(aud="regua-admin")),
    "audience empty": token(claims(aud=[])),
    "subject missing": token(claims(sub=None)),
    "subject empty": token(claims(sub="")),
    "subject endless": token(claims(sub="x" * 256)),
    "tenant missing": token(claims(tenant_id=None)),
    "tenant no UUID": token(claims(tenant_id="*")),
    "tenant a list": token(claims(tenant_id=[str(TENANT)])),
    "tenant in another writing": token(claims(tenant_id=str(TENANT).upper().replace("-", ""))),
    "scope a list": token(claims(scope=["invoices:write"])),
    "larger than 8 KiB": token(claims(filler="x" * 9000)),
    "letters beyond ASCII": GOOD + "\u00e9",
}


def test_there_are_at_least_forty_attacks():
    assert len(ATTACKS) >= 40


@pytest.mark.parametrize("name", ATTACKS)
async def test_no_attack_is_accepted(tokens, name):
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(ATTACKS[name])


async def test_a_verified_token_ends_when_it_expires(tokens, clock):
    good = token()
    await tokens.verify(good)
    clock.instant = NOW + timedelta(seconds=600 + 61)
    with pytest.raises(UnauthenticatedError):
        await tokens.verify(good)


async def test_clocks_may_differ_by_a_minute(tokens, clock):
    clock.instant = NOW - timedelta(seconds=59)
    await tokens.verify(token())
    clock.instant = NOW + timedelta(seconds=600 + 59)
    await tokens.verify(token(claims(scope="notes:read")))


async def test_keys_are_fetched_once_and_for_an_unknown_id_at_most_twice_a_minute(tokens, fetched):
    await tokens.verify(token())
    await tokens.verify(token(key=RSA, alg="RS256", kid="rsa-1"))
    assert len(fetched) == 1
    for attempt in range(50):
        with pytest.raises(UnauthenticatedError):
            await tokens.verify(token(kid=f"unknown-{attempt}"))
    assert len(fetched) == 1


async def test_a_rotated_key_is_found_without_a_restart(monkeypatch, clock):
    published = {"keys": [EC.as_dict(private=False)]}
    seconds = [1000.0]
    monkeypatch.setattr("chassis.tokens.monotonic_seconds", lambda: seconds[0])

    async def fetch():
        return published

    tokens = Tokens(RULES, IssuerKeys(fetch), clock=clock)
    await tokens.verify(token())
    published["keys"].append(ED.as_dict(private=False))
    seconds[0] += 31
    await tokens.verify(token(key=ED, alg="Ed25519", kid="ed-1"))


async def test_an_issuer_that_was_never_reached_is_a_503_not_a_401(clock):
    async def fetch():
        raise OSError

    with pytest.raises(TransientError):
        await Tokens(RULES, IssuerKeys(fetch), clock=clock).verify(token())


async def test_an_issuer_that_goes_away_leaves_its_known_keys_in_use(monkeypatch, clock):
    seconds, answers = [1000.0], [JWKS]
    monkeypatch.setattr("chassis.tokens.monotonic_seconds", lambda: seconds[0])

    async def fetch():
        if not answers:
            raise OSError
        return answers.pop()

    tokens = Tokens(RULES, IssuerKeys(fetch), clock=clock)
    await tokens.verify(token())
    seconds[0] += 4000
    await tokens.verify(token(claims(scope="notes:read")))


def test_a_symmetric_algorithm_cannot_even_be_configured():
    from dataclasses import replace

    with pytest.raises(ValueError, match="asymmetric"):
        Tokens(replace(RULES, algorithms=("HS256",)), IssuerKeys(None))
