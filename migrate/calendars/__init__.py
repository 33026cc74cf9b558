"""Calendars: one module per way out for events."""
