"""The observatory's pages: bases, portraits and their figures, comparisons, editions."""
