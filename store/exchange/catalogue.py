"""Every format by name."""

from __future__ import annotations

from typing import Final

from store.exchange import demonstrations, hh, prompts, trl
from store.exchange.format import Format

FORMATS: Final[dict[str, Format]] = {
    form.name: form for form in (hh.FORMAT, trl.FORMAT, prompts.FORMAT, demonstrations.FORMAT)
}
