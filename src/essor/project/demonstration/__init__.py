"""The demonstration: a territory whose enterprises are fictitious, and whose records give the article's figures.

``records`` reads ``definitions/demo``; ``building`` enters them through the same actions as anyone's, then publishes
the editions.
"""
