"""The part of RFC 9421 (HTTP Message Signatures) and RFC 9530 (Content-Digest) that departments use.

One signature, labelled sig1, by Ed25519; the components and parameters are exactly those of the source protocol.
Anything else in Signature-Input is refused rather than interpreted.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LABEL = "sig1"
ALGORITHM = "ed25519"
REQUEST_COMPONENTS = ("@method", "@authority", "@path", "content-digest", "content-type")
RESPONSE_COMPONENTS = ('"@status"', '"content-digest"', '"content-type"', '"signature";req;key="sig1"')

_COMPONENT = r'"[a-z0-9@-]+"'
_PARAMETER = r'(?:;[a-z]+=(?:\d{1,15}|"[\x20\x21\x23-\x5b\x5d-\x7e]*"))'
_INPUT = re.compile(rf"{LABEL}=(\(({_COMPONENT}(?: {_COMPONENT})*)\)({_PARAMETER}+))")
_SPLIT_PARAMETERS = re.compile(r';([a-z]+)=(\d+|"[^"]*")')
_SIGNATURE = re.compile(rf"{LABEL}=:([A-Za-z0-9+/=]+):")


@dataclass(frozen=True, slots=True)
class SignatureInput:
    """What a Signature-Input field says; text is the inner list as it was sent, which is what gets signed."""

    text: str
    components: tuple[str, ...]
    created: int
    expires: int
    nonce: str
    keyid: str
    algorithm: str


def content_digest(body: bytes) -> str:
    """Give the Content-Digest field of a body."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signature_base(components: Iterable[tuple[str, str]], signature_params: str) -> bytes:
    """Build the bytes to sign from serialized component identifiers and their values."""
    lines = [f"{identifier}: {value}" for identifier, value in components]
    lines.append(f'"@signature-params": {signature_params}')
    return "\n".join(lines).encode()


def request_base(method: str, authority: str, path: str, headers: Mapping[str, str], sent: SignatureInput) -> bytes:
    """Build the signature base of a request; headers have lower-case names.

    Raises:
        KeyError: a covered header is absent.
    """
    derived = {"@method": method, "@authority": authority.lower(), "@path": path}
    values = ((name, derived[name] if name in derived else headers[name]) for name in sent.components)
    return signature_base(((f'"{name}"', value) for name, value in values), sent.text)


def response_params(*, created: int, nonce: str, keyid: str) -> str:
    """Write the inner list of an answer's Signature-Input."""
    return f'({" ".join(RESPONSE_COMPONENTS)});created={created};nonce="{nonce}";keyid="{keyid}";alg="{ALGORITHM}"'


def response_base(*, status: int, digest: str, content_type: str, request_signature: str, params: str) -> bytes:
    """Build the signature base of an answer, bound to the signature of the request it answers.

    request_signature is the byte sequence as it stands in the request's Signature field, colons included.
    """
    values = (str(status), digest, content_type, request_signature)
    return signature_base(zip(RESPONSE_COMPONENTS, values, strict=True), params)


def parse_signature_input(field: str) -> SignatureInput | None:
    """Read a Signature-Input field; None if it is not of the form the protocol asks for."""
    match = _INPUT.fullmatch(field.strip())
    if match is None:
        return None
    pairs = _SPLIT_PARAMETERS.findall(match[3])
    params = dict(pairs)
    if len(params) != len(pairs) or params.keys() != {"created", "expires", "nonce", "keyid", "alg"}:
        return None
    created, expires = params["created"], params["expires"]
    texts = [params[name] for name in ("nonce", "keyid", "alg")]
    if not (created.isdigit() and expires.isdigit() and all(text.startswith('"') for text in texts)):
        return None
    nonce, keyid, algorithm = (text[1:-1] for text in texts)
    components = tuple(match[2].replace('"', "").split(" "))
    return SignatureInput(match[1], components, int(created), int(expires), nonce, keyid, algorithm)


def parse_signature(field: str) -> bytes | None:
    """Read the bytes of the one signature in a Signature field; None if there is anything else."""
    match = _SIGNATURE.fullmatch(field.strip())
    if match is None:
        return None
    try:
        return base64.b64decode(match[1], validate=True)
    except binascii.Error:
        return None


def byte_sequence(value: bytes) -> str:
    """Write bytes as a structured-field byte sequence."""
    return f":{base64.b64encode(value).decode()}:"
