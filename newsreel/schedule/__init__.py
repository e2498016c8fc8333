"""When a source is due: from its rhythm, interval or cron expression, the last due time and the time now. Pure."""

from newsreel.schedule.adaptive import Pace, adapt, rhythm_words
from newsreel.schedule.clocks import NO_CLOCK, clock_of
from newsreel.schedule.due import Due, Missed, Plan, describe, is_adaptive, missed, next_due, plan, quiet_words
from newsreel.schedule.quiet import quiet_hours
from newsreel.schedule.revisits import ages_of, born, next_revisit
from newsreel.schedule.rhythm import WINDOW, arrival_times, weekly_rates

__all__ = [
    "NO_CLOCK",
    "WINDOW",
    "Due",
    "Missed",
    "Pace",
    "Plan",
    "adapt",
    "ages_of",
    "arrival_times",
    "born",
    "clock_of",
    "describe",
    "is_adaptive",
    "missed",
    "next_due",
    "next_revisit",
    "plan",
    "quiet_hours",
    "quiet_words",
    "rhythm_words",
    "weekly_rates",
]
