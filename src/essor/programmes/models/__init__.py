"""Targets, agreements and money. What was agreed, offered and moved is written once."""

from essor.programmes.models.agreements import Agreement, Enrolment, Programme, Target
from essor.programmes.models.applications import Application, ApplicationAnswer, ApplicationDeposit, CoApplicant
from essor.programmes.models.committee import Interest, Score, Sitting, SittingItem, SittingLetter, Vote
from essor.programmes.models.following import Declaration
from essor.programmes.models.funding import FundingShare, FundingStep
from essor.programmes.models.loans import LoanReceipt, LoanSchedule
from essor.programmes.models.money import LedgerBalance, LedgerMove, MetCondition, Offer, PaymentRequest
from essor.programmes.models.reporting import AgreementDocument, AgreementLetter, AgreementReport, CreditClaim

__all__ = [
    "Agreement",
    "AgreementDocument",
    "AgreementLetter",
    "AgreementReport",
    "Application",
    "ApplicationAnswer",
    "ApplicationDeposit",
    "CoApplicant",
    "CreditClaim",
    "Declaration",
    "Enrolment",
    "FundingShare",
    "FundingStep",
    "Interest",
    "LedgerBalance",
    "LedgerMove",
    "LoanReceipt",
    "LoanSchedule",
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
