"""Which help exists, for whom, and why or why not: for a promoter who may have neither a legal form nor a number.

A **programme** has dated versions of its rules, read as data. A **question** asks a fact that rules need. A **profile**
is what someone answered: values, ranges, « one of these ». **Finding** gives each programme a verdict with its reasons,
and says whether one may apply that day.
"""
