"""Leave Zoom: plan, apply and undo the move of meeting schedules to servers of your own."""

__version__ = "0.1.0"
