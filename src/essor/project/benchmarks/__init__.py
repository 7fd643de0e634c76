"""How fast, how large, and beside what: each benchmark sets our product against its rivals on the same made-up data.

Every **contender** runs in a process of its own and answers the same question; answers must be equal, to the last bit.
Times are compared within one run, as ratios: the machine may be slow or shared. See docs/benchmarks.md.

``cubes`` and ``known_store`` are prototypes for more than one platform holds today: they are measured and tested, and
no page, command or edition runs them.
"""
