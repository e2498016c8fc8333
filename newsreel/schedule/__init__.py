"""When a source is due: from its interval or cron expression, the last due time and the time now. Pure."""

from newsreel.schedule.due import Due, Missed, Plan, describe, missed, next_due, plan

__all__ = ["Due", "Missed", "Plan", "describe", "missed", "next_due", "plan"]
