"""Targets, agreements and money. What was agreed, offered and moved is written once."""

from essor.programmes.models.agreements import Agreement, Enrolment, Programme, Target
from essor.programmes.models.committee import Interest, Score, Sitting, SittingItem, SittingLetter, Vote
from essor.programmes.models.following import Declaration
from essor.programmes.models.funding import FundingShare, FundingStep
from essor.programmes.models.money import LedgerBalance, LedgerMove, MetCondition, Offer, PaymentRequest

__all__ = [
    "Agreement",
    "Declaration",
    "Enrolment",
    "FundingShare",
    "FundingStep",
    "Interest",
    "LedgerBalance",
    "LedgerMove",
    "MetCondition",
    "Offer",
    "PaymentRequest",
    "Programme",
    "Score",
    "Sitting",
    "SittingItem",
    "SittingLetter",
    "Target",
    "Vote",
]
