"""Rules as data: yes, no or unknown, with their reasons.

A criterion is a tree of ``all``, ``any``, ``not`` and ``at_least_n`` over leaves that test one variable each. It has
three equal readings: one profile with its reasons (:func:`evaluate`), a population (:func:`evaluate_population`) and
SQL (:func:`to_sql`). It is read from plain data by :func:`parse` and told in French or English by :func:`describe`.

On top of a verdict: what it means for people (:func:`outcome_of`), what to ask next (:func:`rank_questions`), the
smallest change that would make a yes (:func:`nearest_change`), and checks before publication (:func:`find_impossible`).
"""

from essor.methods.criteria.answers import (
    NOTHING,
    Answer,
    Exact,
    Many,
    OneOf,
    Range,
    answer_of,
    answer_of_codes,
    answers_of,
    codes_text,
)
from essor.methods.criteria.asking import Prior, Question, count_answers, rank_questions, settle_by_cases
from essor.methods.criteria.buckets import TooManyCases
from essor.methods.criteria.checking import Period, find_always_true, find_gaps, find_impossible, find_overlaps
from essor.methods.criteria.error_words import criterion_sentence
from essor.methods.criteria.evaluation import Reason, Truth, Verdict, evaluate
from essor.methods.criteria.meaning import meaning_of
from essor.methods.criteria.nearest import Change, Direction, Step, nearest_change
from essor.methods.criteria.nodes import (
    CERTAINTIES,
    LIST_OPERATORS,
    OPERATORS,
    OPERATORS_BY_KIND,
    AllOf,
    AnyOf,
    AtLeast,
    CriterionError,
    Leaf,
    Node,
    Not,
    leaves_of,
    variables_of,
)
from essor.methods.criteria.outcomes import (
    ANSWER_WORDS,
    WINDOW_WORDS,
    Condition,
    Outcome,
    Requirement,
    Version,
    Window,
    outcome_of,
    window_of,
    window_on,
)
from essor.methods.criteria.parsing import parse
from essor.methods.criteria.places import Places, PlaceTree
from essor.methods.criteria.questions import variable_from_question
from essor.methods.criteria.sql import Dialect, SqlPlanes, to_sql
from essor.methods.criteria.vectors import Planes, evaluate_population, evaluate_sets
from essor.methods.criteria.words import Line, describe, describe_sentence

__all__ = [
    "ANSWER_WORDS",
    "CERTAINTIES",
    "LIST_OPERATORS",
    "NOTHING",
    "OPERATORS",
    "OPERATORS_BY_KIND",
    "WINDOW_WORDS",
    "AllOf",
    "Answer",
    "AnyOf",
    "AtLeast",
    "Change",
    "Condition",
    "CriterionError",
    "Dialect",
    "Direction",
    "Exact",
    "Leaf",
    "Line",
    "Many",
    "Node",
    "Not",
    "OneOf",
    "Outcome",
    "Period",
    "PlaceTree",
    "Places",
    "Planes",
    "Prior",
    "Question",
    "Range",
    "Reason",
    "Requirement",
    "SqlPlanes",
    "Step",
    "TooManyCases",
    "Truth",
    "Verdict",
    "Version",
    "Window",
    "answer_of",
    "answer_of_codes",
    "answers_of",
    "codes_text",
    "count_answers",
    "criterion_sentence",
    "describe",
    "describe_sentence",
    "evaluate",
    "evaluate_population",
    "evaluate_sets",
    "find_always_true",
    "find_gaps",
    "find_impossible",
    "find_overlaps",
    "leaves_of",
    "meaning_of",
    "nearest_change",
    "outcome_of",
    "parse",
    "rank_questions",
    "settle_by_cases",
    "to_sql",
    "variable_from_question",
    "variables_of",
    "window_of",
    "window_on",
]
