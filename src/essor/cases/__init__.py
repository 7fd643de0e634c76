"""How a file moves: someone helped, through stages, by someone accountable.

A **case** (dossier) follows a **workflow** kept as data: stages with terms in business days, moves, outcomes. It is
**routed** to a named person or team, with the reason of the choice. Its **timeline** is append-only; messages, tasks
and documents hang on it. Whoever asked follows it on a page of their own, with no account. No request dies in
silence: an open case always has a term, a passed term is reminded then escalated, and a case closes only with an
outcome in words.
"""
