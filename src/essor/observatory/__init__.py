"""How the sector is doing, in figures that can be checked, compared only when they may be, and rebuilt.

A **base** is a named, owned, dated and versioned definition of who counts, where, and how jobs are counted; a published
**base version** never changes. A figure is an indicator on one base version, one territory, one reference date, with
what was known at one instant. An **edition** freezes figures with the records and definitions that make them.
"""
