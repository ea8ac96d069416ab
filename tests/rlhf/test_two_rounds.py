"""What a second round makes of the first: labels that came since are read by the last reward models, and what
broke a policy is asked of the next one."""

import json
import shutil
from pathlib import Path

import pytest

from rlhf.config import Settings
from rlhf.demo import Audience, DemoPlan, run_demo
from rlhf.reward_models.later import later_gaps
from rlhf.reward_models.mixing import divide
from rlhf.reward_models.preferences import Preference, read_preferences
from rlhf.stages.freezing import Frozen
from rlhf.stages.learning import trained
from rlhf.stages.unlearned import unlearned
from rlhf.track import Tracker
from rlhf.turning import Turning
from store import violations
from store.database import open_store
from store.door import KnockingDoor
from store.home import Home
from store.records import Track
from store.settings import load
from store.verbs import look_at_safety
from store.verbs.roles import HONE
from store.verbs.safety import LookAtSafety

SMALL = (Path(__file__).parents[1] / "small_round.toml").read_text(encoding="utf-8")
ASKED = """
select distinct prompt_id from comparisons
where  batch_id = 'batch-1' and purpose in ('train', 'overlap')
"""
SAID = """
select label_id, chosen_id, rejected_id, gap from label_scores
where  reward_model_id = $reward_model_id
"""


def nothing(*_told: object) -> None:
    """Nobody listens."""


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Home:
    """After two rounds, 100 labels before each."""
    root = tmp_path_factory.mktemp("rounds") / "home"
    root.mkdir()
    (root / "hone.toml").write_text(SMALL.replace("\ncomparisons = 40", "\ncomparisons = 120"))
    plan = DemoPlan(home=Home(root), rounds=2, labels=100, seed=3, port=None)
    run_demo(plan, Audience(watch=nothing, greet=nothing, conclude=nothing))
    return Home(root)


def frozen(home: Home, number: int) -> list[Preference]:
    outputs = json.loads((home.round(number) / "snapshot" / "done.json").read_text())["outputs"]
    return read_preferences(home.root / outputs["preferences"])


@pytest.mark.wide
@pytest.mark.parametrize("track", Track)
def test_the_last_rounds_models_speak_of_all_that_came_since_and_of_nothing_that_they_learned(home, track):
    settings, first = load(Settings, home.settings), trained(home, 1, track)
    assert first is not None
    with open_store(home) as store, store.reading() as db:
        said = db.execute(SAID, {"reward_model_id": first.reward_model_id}).fetchall()
    before = frozen(home, 1)
    held_out = divide(before, track, settings.reward, settings.round.seed).held_out
    old = {row.label_id for row in before}
    since = [row for row in frozen(home, 2) if row.track is track and row.label_id not in old]
    assert len(since) > 5
    expected = [(row.label_id, row.chosen_id, row.rejected_id) for row in (*held_out, *since)]
    assert sorted(row[:3] for row in said) == sorted(expected)
    by_hand = {gap.label_id: gap.gap for gap in later_gaps(home.root / first.path, since, settings.reward)}
    assert {row[0]: row[3] for row in said if row[0] not in old} == by_hand


@pytest.mark.wide
def test_models_whose_weights_were_deleted_say_nothing_and_end_no_round(home, tmp_path):
    copy = Home(tmp_path / "copy")
    shutil.copytree(home.root, copy.root)
    first = {track: trained(copy, 1, track) for track in Track}
    second = {f"reward_{track}": trained(copy, 2, track) for track in Track}
    done = json.loads((copy.round(2) / "snapshot" / "done.json").read_text())["outputs"]
    turning = Turning(
        number=2,
        home=copy,
        door=KnockingDoor(copy),
        settings=load(Settings, copy.settings),
        tracker=Tracker(tmp_path / "told"),
        results={"snapshot": Frozen(**done), **second},
    )

    def speakers() -> set[str]:
        return {score.reward_model_id for score in unlearned(turning)}

    assert {one.reward_model_id for one in first.values() if one} < speakers()
    for one in first.values():
        assert one is not None
        shutil.rmtree(copy.root / one.path)
    assert speakers() == {one.reward_model_id for one in second.values() if one}


@pytest.mark.wide
def test_what_broke_a_policy_is_asked_of_the_next_one_and_people_see_whether_it_still_does(home):
    broke = json.loads((home.round(1) / "publish" / "broken.json").read_text())
    assert 2 < len(broke) <= load(Settings, home.settings).publish.regressions
    with open_store(home) as store:
        with store.reading() as db:
            asked = {prompt_id for (prompt_id,) in db.execute(ASKED).fetchall()}
            violations.mark(db)
            marked = dict(db.execute("select prompt_id, broke from answered where round = 0").fetchall())
        safety = look_at_safety(store, HONE, LookAtSafety())
    assert all(marked[prompt_id] for prompt_id in broke)
    assert len(asked & set(broke)) > len(broke) / 2  # where both answers are the same there is no comparison
    first = next(one for one in safety.broken if one.round == 0)
    assert first.asked_again > len(broke) / 2
    assert first.still_break <= first.asked_again <= first.prompts
