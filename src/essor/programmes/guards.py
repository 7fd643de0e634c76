"""What the database itself refuses and does: what was agreed, offered or moved is never rewritten; an agreement opens
its balances, and a move carries its sum from one to another."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

from essor.cases.guards import ERASURE
from essor.engines.triggers import Erasure, WrittenOnce, drop, install, remove
from essor.methods.ledger import ACCOUNTS

APPLICATION_ERASURE = Erasure("essor_refuse_unless_application_erased", "cases_case", "application_id")
"""An application has the number of its case."""
AGREEMENTS, MOVES, BALANCES = "programmes_agreement", "programmes_ledgermove", "programmes_ledgerbalance"
GUARDS = (
    WrittenOnce("programmes_programme", ("slug", "starts_on", "ends_before", "created_at")),
    WrittenOnce(
        "programmes_target",
        ("programme_id", "parent_id", "code", "name_fr", "name_en", "territory_code", "startups"),
    ),
    WrittenOnce(
        AGREEMENTS,
        (
            "programme_id", "target_id", "code", "partner", "territory_code", "source", "starts_on", "ends_before",
            "clauses", "signed_at",
        ),
    ),
    WrittenOnce(
        "programmes_offer",
        (
            "agreement_id", "case_id", "grant_cents", "loan_cents", "offered_on", "expires_on", "made_at",
            "made_by_id",
        ),
        erasable=("conditions",),
        lifted_by=ERASURE,
    ),
    WrittenOnce("programmes_metcondition", ("offer_id", "number", "met_on", "recorded_at", "recorded_by_id")),
    WrittenOnce(
        "programmes_interest",
        ("person_id", "kind", "case_id", "organisation_id", "starts_on", "declared_at"),
        once=("ends_before",),
        erasable=("words",),
        lifted_by=ERASURE,
    ),
    WrittenOnce(
        "programmes_sitting",
        ("programme_id", "held_on", "hour_and_place", "quorum", "called_at", "called_by_id"),
        once=("adopted_at", "adopted_by_id"),
        sealed=("minutes_hash",),
        sealed_by="adopted_at",
    ),
    WrittenOnce("programmes_sitting_members", ("sitting_id", "user_id")),
    WrittenOnce(
        "programmes_sittingitem",
        ("sitting_id", "case_id"),
        once=("decided_at", "decided_by_id"),
        erasable=("reasons", "conditions"),
        lifted_by=ERASURE,
        sealed=("result", "recused"),
        sealed_by="decided_at",
    ),
    WrittenOnce("programmes_score", ("item_id", "member_id", "criterion", "points", "scored_at")),
    WrittenOnce("programmes_vote", ("item_id", "member_id", "choice", "voted_at")),
    WrittenOnce(
        "programmes_enrolment",
        ("programme_id", "entered_on", "entered_at", "entered_by_id"),
        once=("left_case_id", "left_on", "left_by_id"),
        handed=(("case_id", "left_case_id"),),
    ),
    WrittenOnce(
        "programmes_fundingshare",
        ("case_id", "aid", "instrument", "is_public", "is_other", "added_at"),
        erasable=("funder",),
        lifted_by=ERASURE,
    ),
    WrittenOnce(
        "programmes_fundingstep", ("share_id", "status", "cents", "party", "recorded_at", "recorded_by_id")
    ),
    WrittenOnce(
        "programmes_paymentrequest",
        ("offer_id", "cents", "asked_at", "asked_by_id"),
        once=("move_id", "dropped_at"),
    ),
    WrittenOnce(
        "programmes_loanschedule",
        (
            "offer_id", "principal_cents", "carried_cents", "rate_percent", "months", "moratorium", "first_due_on",
            "agreed_on", "made_at", "made_by_id",
        ),
        once=("in_force_at", "approved_by_id", "dropped_at"),
    ),
    WrittenOnce(
        "programmes_loanreceipt",
        ("schedule_id", "principal_move_id", "interest_move_id", "received_on", "reverses_id"),
    ),
    WrittenOnce(
        "programmes_declaration",
        (
            "case_id", "about_on", "is_alive", "closed_on", "jobs", "fte", "revenue_cents", "party", "declared_by_id",
            "declared_at",
        ),
        once=("source_id",),
    ),
    WrittenOnce(
        "programmes_agreementdocument",
        ("agreement_id", "name", "version", "sha256", "size", "media_type", "deposited_at", "deposited_by_id"),
    ),
    WrittenOnce(
        "programmes_agreementreport",
        (
            "agreement_id", "code", "about_on", "rendered_on", "words", "document_id", "recorded_at", "recorded_by_id",
        ),
    ),
    WrittenOnce(
        "programmes_creditclaim", ("agreement_id", "enrolment_id", "is_claimed", "declared_at", "declared_by_id")
    ),
    WrittenOnce(
        "programmes_application",
        ("case_id", "form_id", "form_version", "form", "form_hash", "rules", "rules_hash", "started_at"),
    ),
    WrittenOnce(
        "programmes_coapplicant",
        ("application_id", "number", "created_at"),
        once=("revoked_at",),
        erasable=("name", "email"),
        lifted_by=APPLICATION_ERASURE,
    ),
    WrittenOnce(
        "programmes_applicationanswer",
        ("application_id", "field", "number", "source", "origin", "party", "co_applicant_id", "written_at"),
    ),
    WrittenOnce(
        "programmes_applicationdeposit",
        ("application_id", "number", "sha256", "deposited_at"),
        erasable=("content",),
        lifted_by=APPLICATION_ERASURE,
    ),
    WrittenOnce(
        MOVES,
        (
            "agreement_id", "offer_id", "kind", "source_account", "target_account", "cents", "happened_on", "words",
            "recorded_at", "recorded_by_id", "approved_by_id",
        ),
    ),
)  # fmt: skip
OPEN = (
    f"INSERT INTO {BALANCES} (agreement_id, account, cents) VALUES "  # noqa: S608  our own words
    + ", ".join(f"(NEW.id, '{account}', 0)" for account in ACCOUNTS)
    + ";"
)
CARRY = (
    f"UPDATE {BALANCES} SET cents = cents - NEW.cents "  # noqa: S608  our own words
    "WHERE agreement_id = NEW.agreement_id AND account = NEW.source_account; "
    f"UPDATE {BALANCES} SET cents = cents + NEW.cents "
    "WHERE agreement_id = NEW.agreement_id AND account = NEW.target_account;"
)
DEEDS = ((AGREEMENTS, "opened", OPEN), (MOVES, "carried", CARRY))


def install_guards(connection: BaseDatabaseWrapper) -> None:
    install(connection, GUARDS)
    with connection.cursor() as cursor:
        for table, name, deed in DEEDS:
            for statement in _write_deed(connection.vendor, table, name, deed):
                cursor.execute(statement)


def remove_guards(connection: BaseDatabaseWrapper) -> None:
    remove(connection, GUARDS)
    with connection.cursor() as cursor:
        for table, name, _deed in DEEDS:
            cursor.execute(drop(connection.vendor, table, name))


def _write_deed(vendor: str, table: str, name: str, deed: str) -> list[str]:
    named = f"{table}_{name} AFTER INSERT ON {table} FOR EACH ROW"
    if vendor != "postgresql":
        return [drop(vendor, table, name), f"CREATE TRIGGER {named} BEGIN {deed} END"]
    function = f"essor_{table}_{name}()"
    body = f"RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {deed} RETURN NULL; END $$"
    return [
        f"CREATE OR REPLACE FUNCTION {function} {body}",
        drop(vendor, table, name),
        f"CREATE TRIGGER {named} EXECUTE FUNCTION {function}",
    ]
