"""Who exists, and what was said about them.

An **organisation** keeps one record whatever its names, **identifiers**, forms and addresses become; it may have none
of them yet. **Life events** say when it was created, merged, split, replaced, moved, closed, reopened. A **fact** is
what a **source** says of one variable for a period; it is never changed: a correction closes it and adds another.
"""
