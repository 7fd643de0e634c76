"""Places, with dates: regions, MRC and their equivalents, municipalities; and the bodies that serve them.

A **territory** keeps its official code for ever; its name, rank and parent hold for **periods**. A **vintage** is one
issue of an official list; loading one records what appeared, vanished, was renamed or moved since the one before
(**territory events**). A **boundary** is a shape for a map. A **body** has a dated life, told by what happened to it;
a **mandate** says for what, where and since when it is there.
"""
