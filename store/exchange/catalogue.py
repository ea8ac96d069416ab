"""Every format by name."""

from __future__ import annotations

from typing import Final

from store.exchange import (
    argilla,
    demonstrations,
    events,
    hh,
    label_studio,
    oasst,
    prompts,
    trl,
    ultrafeedback,
)
from store.exchange.format import Format

FORMATS: Final[dict[str, Format]] = {
    form.name: form
    for form in (
        hh.FORMAT,
        trl.FORMAT,
        oasst.FORMAT,
        ultrafeedback.FORMAT,
        argilla.FORMAT,
        label_studio.FORMAT,
        prompts.FORMAT,
        demonstrations.FORMAT,
        events.FORMAT,
    )
}
