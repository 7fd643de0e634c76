"""How many enterprises will have opened at a horizon, how surely, and whether a target will be met.

:func:`forecast` reads the moves of a programme's files (:class:`Journey`) as known on a day; :func:`back_test` makes it
again on past days and scores it; the naive figures commonly announced stand beside it. :func:`learn` is done once for
all the parts of a target, each then foretold, day after day to the horizon if asked.
"""

from essor.methods.forecast.journeys import ENDS, LOST, OPENED, ForecastError, Journey, Move
from essor.methods.forecast.learning import Prior, StagePrior
from essor.methods.forecast.naive import follow_pace, learn_weights, weigh_pipeline
from essor.methods.forecast.predicting import SHARES, Forecast, Lesson, Moment, forecast, learn
from essor.methods.forecast.scoring import BackTest, Trial, back_test, count_opened, score_distribution

__all__ = [
    "ENDS",
    "LOST",
    "OPENED",
    "SHARES",
    "BackTest",
    "Forecast",
    "ForecastError",
    "Journey",
    "Lesson",
    "Moment",
    "Move",
    "Prior",
    "StagePrior",
    "Trial",
    "back_test",
    "count_opened",
    "follow_pace",
    "forecast",
    "learn",
    "learn_weights",
    "score_distribution",
    "weigh_pipeline",
]
