"""The promoter's link: a token made from the case's reference and the platform's secret; only its hash is stored.

Being made again when a letter leaves, it is kept nowhere: whoever reads the database alone opens no file. A platform
whose secret has changed makes another token, which opens nothing: letters then leave without a link.
"""

from __future__ import annotations

import base64
import hashlib
import secrets

from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "essor.cases.access"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letter or digit that is taken for another when read aloud."""


def make_reference() -> str:
    """Eight characters drawn at random, in two groups: 30 ** 8 of them, said easily on the telephone."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{drawn[:4]}-{drawn[4:]}"


def make_token(reference: str) -> str:
    """43 characters fit for an address."""
    digest = salted_hmac(SALT, reference, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def opens(token: str, access_hash: str) -> bool:
    """Compared in constant time."""
    return constant_time_compare(hash_token(token), access_hash)
