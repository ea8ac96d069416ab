"""The time as the person who looks has it. Every page writes it alike: `2026-11-21 17:40`."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def local_time(moment: datetime) -> str:
    """A time of the store, which is in UTC, on the visitor's clock, or in UTC where that is not known."""
    return f"{_local(moment):%Y-%m-%d %H:%M}"


def local_day(moment: datetime) -> str:
    """The day of it alone."""
    return f"{_local(moment):%Y-%m-%d}"


def local_hour(moment: datetime) -> str:
    """The time of day alone."""
    return f"{_local(moment):%H:%M}"


def _local(moment: datetime) -> datetime:
    try:
        zone = ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("UTC")
    return moment.replace(tzinfo=UTC).astimezone(zone)
