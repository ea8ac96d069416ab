"""In which numbers a model trains, on machines of both kinds."""

import pytest
import torch

from rlhf.precision import training_dtype


@pytest.fixture(params=["avx512_bf16", "amx_bf16", "none"])
def computes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {request.param: True})
    return request.param != "none"


def test_a_processor_that_has_it_is_used_from_the_width_on_where_it_pays(computes):
    assert training_dtype("auto", 255) is torch.float32
    assert training_dtype("auto", 256) is (torch.bfloat16 if computes else torch.float32)


def test_what_was_asked_for_is_done(computes):
    assert training_dtype("float32", 4096) is torch.float32, computes
    assert training_dtype("bfloat16", 8) is torch.bfloat16
