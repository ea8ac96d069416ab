"""What a home may set, and how it is told of a mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from store.database import open_store
from store.home import Home
from store.leases import LeaseSettings
from store.reviews import ReviewSettings
from store.settings import SettingsError, faults, load, load_section


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    seed: int = 1
    rate: float = 0.5
    word: str = ""
    kind: Literal["some", "all"] = "all"
    shares: Annotated[tuple[Annotated[float, Field(gt=0)], ...], Field(min_length=1)] = (1.0,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    training: Training = field(default_factory=Training)
    lease: LeaseSettings = field(default_factory=LeaseSettings)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "hone.toml"


def test_an_override_beats_the_file_and_the_file_the_default(file: Path) -> None:
    assert load(Everything, file).training == Training(seed=1, rate=0.5)
    file.write_text("[training]\nseed = 2\nrate = 1\n")
    assert load(Everything, file).training == Training(seed=2, rate=1.0)
    assert load(Everything, file, ["training.seed=3"]).training == Training(seed=3, rate=1.0)


@pytest.mark.parametrize(
    ("text", "overrides", "sentence"),
    [
        ("[trainig]", [], "There is no section trainig; did you mean training?"),
        ("[training]\nsed = 1", [], "There is no setting training.sed; did you mean training.seed?"),
        (
            "[training]\nseed = 2020-01-01",
            [],
            r"seed = .* does not fit: expected a whole number\.$",
        ),
        ("[training]\nseed = 1.5", [], r"seed = 1.5 does not fit: expected a whole number\.$"),
        ("[training]\nrate = inf", [], r"rate = Infinity does not fit: expected a finite number\.$"),
        ("", ["training.shares=[1.0, nan]"], r"expected a finite number as item 2\.$"),
        ("[training]\nword = true", [], r"word = true does not fit: expected text\.$"),
        ("[training]\nkind = 'none'", [], r"kind = \"none\" does not fit: expected 'some' or 'all'\.$"),
        ("[training]\nshares = [0.5, 0]", [], r"does not fit: expected more than 0 as item 2\.$"),
        ("[training]\nshares = []", [], r"does not fit: expected 1 or more in the list\.$"),
        ("", ["training.minutes=3"], r"no setting training.minutes; did you mean lease.minutes\?"),
        ("", ["training.xyz=3"], r"no setting training.xyz; hone settings training lists them all\."),
        ("training = 3", ["training.seed=2"], r"Expected \[training\] to be a section; got 3"),
        ("[training", [], "hone.toml is not valid TOML"),
        ("\xff", [], "hone.toml is not valid TOML"),
        ("", ["training.seed"], "Expected a setting such as ppo.kl_coef=0.005; got 'training.seed'"),
        ("", ["seed=3"], "got 'seed=3'. Did you mean training.seed=3?"),
        ("", ["sed=3"], r"got 'sed=3'. Did you mean training.seed=3\?"),
        ("", ["xyz=3"], "got 'xyz=3'.$"),
        ("[lease]\nminutes = 0", [], r"lease.minutes = 0 does not fit: expected more than 0\.$"),
        ("[lease]\nminutes = inf", [], r"expected a finite number\.$"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(file: Path, text: str, overrides: list[str], sentence: str) -> None:
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(SettingsError, match=sentence):
        load(Everything, file, overrides)


@pytest.mark.parametrize("given", ["true", '["saftey"]', '"safety"'])
def test_a_list_of_tracks_is_asked_for_as_one(file: Path, given: str) -> None:
    file.write_text(f"[review]\nsign_off = {given}\n")
    expected = (
        rf"review.sign_off = {re.escape(given)} does not fit: expected a list of tracks such as "
        r'\["safety"\]; there are helpfulness and safety\.'
    )
    with pytest.raises(SettingsError, match=expected):
        load_section(ReviewSettings, "review", file)


def test_every_fault_of_the_file_is_found_and_nothing_else(file: Path) -> None:
    assert faults(Everything, file) == []
    file.write_text("[trainig]\nseed = 1\n[training]\nsed = 1\nseed = 2\nrate = true\n")
    assert faults(Everything, file) == [
        "There is no section trainig; did you mean training?",
        "There is no setting training.sed; did you mean training.seed?",
        "training.rate = true does not fit: expected a number.",
    ]
    file.write_text("[training")
    assert faults(Everything, file)[0].startswith("hone.toml is not valid TOML")


def test_one_section_is_read_whatever_the_others_are(file: Path) -> None:
    file.write_text("[ppo]\nunknown = 1\n[lease]\nminutes = 2\n")
    assert load_section(LeaseSettings, "lease", file) == LeaseSettings(minutes=2.0)


def test_a_home_says_how_long_a_lease_lasts(home: Home) -> None:
    home.root.mkdir()
    home.settings.write_text("[lease]\nminutes = 0.5\n")
    with open_store(home) as store:
        assert store.queue.lease_time == timedelta(seconds=30)


def test_a_home_with_a_mistake_in_its_settings_is_left_as_it_was(home: Home) -> None:
    home.root.mkdir()
    home.settings.write_text("[lease]\nminuts = 0.5\n")
    with pytest.raises(SettingsError, match=r"did you mean lease\.minutes"):
        open_store(home)
    home.settings.unlink()
    with open_store(home) as store:
        assert store.queue.lease_time == timedelta(minutes=15)
