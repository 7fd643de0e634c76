"""The best compatible set of aids for a project.

A :class:`Project` costs so much by kind of cost; each :class:`Aid` may pay some of it, in one of its
:class:`Option`\\ s. :func:`plan` chooses the set that covers most, exactly, and says what limits it, in which order to
ask and why the rest is left out; :func:`explain` says it in French or in English.
"""

from essor.methods.financing.order import Flag, Step
from essor.methods.financing.planning import Plan, Share, plan
from essor.methods.financing.project import INSTRUMENTS, WITHOUT_CASH, Aid, FinancingError, Option, Project
from essor.methods.financing.reasons import Binding, LeftOut
from essor.methods.financing.words import explain, explain_parts

__all__ = [
    "INSTRUMENTS",
    "WITHOUT_CASH",
    "Aid",
    "Binding",
    "FinancingError",
    "Flag",
    "LeftOut",
    "Option",
    "Plan",
    "Project",
    "Share",
    "Step",
    "explain",
    "explain_parts",
    "plan",
]
