"""The signed words by which a subscriber confirms and leaves; each opens one subscription and nothing else."""

from __future__ import annotations

from django.core import signing

from essor.aid.models import AlertSubscription

SALT = "essor.aid.alert"


def make_word(subscription: AlertSubscription) -> str:
    """Bound to the moment of the request too: a number that a database gives again opens nothing."""
    return signing.dumps([subscription.pk, subscription.created_at.isoformat()], salt=SALT)


def find_subscription(word: str) -> AlertSubscription | None:
    """None where the word was altered, or they left already."""
    try:
        pk, created_at = signing.loads(word, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found = AlertSubscription.objects.filter(pk=pk).first()
    return found if found and found.created_at.isoformat() == created_at else None
