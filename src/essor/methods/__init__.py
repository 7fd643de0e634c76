"""The arithmetic and the logic, in pure Python: no Django, no database, no clock.

Everything public that Essor computes is computed here, so that it can be read, tested and reused alone.
Numbers are integers in units of ``10 ** -scale`` of their variable (see :mod:`essor.methods.variables`),
so that a figure computed twice is equal to the last digit.
"""
