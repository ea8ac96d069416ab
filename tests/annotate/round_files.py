"""The files of rounds as `rlhf` writes them, for tests and pictures of the Rounds page."""

import json
import math
import os

from store.round_stages import STAGES

SECONDS = (1.2, 44, 41, 73, 210, 0, 30, 0.4, 12)


def write_round(home, number, state="finished", stage="publish", fraction=1.0, **status):
    """Round `number` in this state; the stages before `stage` are done, and all of them if it is finished.

    `reasons` are those against its policy, `notes` those beside, `method` is the round's; anything else goes
    into `status.json`.
    """
    folder = home.round(number)
    folder.mkdir(parents=True, exist_ok=True)
    reasons, notes = status.pop("reasons", ()), status.pop("notes", ())
    done = len(STAGES) if state == "finished" else STAGES.index(stage)
    if state == "finished":
        write_json(folder / "results.json", results(number))
    if number == 0:
        return
    method = status.pop("method", "rs+ppo")
    plan = {"round": number, "method": method, "seed": 0, "started_at": "2026-01-05T09:00:00"}
    write_json(folder / "plan.json", plan)
    for name, seconds in zip(STAGES[:done], SECONDS[:done], strict=True):
        (folder / name).mkdir(exist_ok=True)
        outputs = {"promoted": not reasons, "reasons": reasons, "notes": notes} if name == "promote" else {}
        write_json(folder / name / "done.json", {"inputs": "", "seconds": seconds, "outputs": outputs})
    told = {
        "message": "iteration 12 of 30",
        "pid": os.getpid(),
        "updated_at": "2026-01-05T09:10:00",
        **status,
    }
    write_json(folder / "status.json", {"state": state, "stage": stage, "fraction": fraction, **told})
    (folder / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in metrics()))


def forget_round(home, number):
    """Removes what `write_round` wrote."""
    for file in sorted(home.round(number).rglob("*"), reverse=True):
        if file.is_dir():
            file.rmdir()
        else:
            file.unlink()


def results(number):
    """A row of figures that gets better from round to round; round 0 is the policy started from."""
    better = 1 - math.exp(-number)
    known = number > 0
    return {
        "round": number,
        "labels": 1200 * number,
        "reward_accuracy": 0.61 + 0.1 * better if known else None,
        "oracle_win_rate": 0.5 + 0.3 * better,
        "oracle_win_rate_low": 0.46 + 0.3 * better if known else None,
        "oracle_win_rate_high": 0.54 + 0.3 * better if known else None,
        "reward_model_win_rate": 0.5 + 0.37 * better,
        "unsafe_rate": 0.31 - 0.2 * better,
        "false_refusal_rate": 0.12 - 0.05 * better,
        "kl": 4.1 * number,
        "seconds": 300.0 + 40 * number,
    }


def metrics():
    """Curves of the reward models, of rejection sampling and of PPO."""
    yield from rejection()
    for step in range(10, 300, 10):
        fall = 0.2 * math.exp(-step / 90)
        yield {"stage": "reward_helpfulness", "step": step, "loss": 0.49 + fall + 0.01 * math.sin(step)}
        yield {"stage": "reward_safety", "step": step, "loss": 0.4 + fall + 0.01 * math.cos(step)}
    yield look(0)
    for step in range(1, 13):
        yield {"stage": "ppo", "step": step, **watched(step), "explained_variance": 0.8 - 0.7 / step}
        if step % 3 == 0:
            yield look(step)


def watched(step):
    """What PPO logs of a batch of answers, at a step or at a look."""
    rise, swing = 0.9 * (1 - math.exp(-step / 6)), 0.03 * math.sin(5 * step)
    return {
        "reward": rise - 0.4 + swing,
        "kl": 0.4 * step,
        "entropy": 2.1 - 0.05 * step + swing,
        "length": 18 + 1.2 * step + 20 * swing,
        "unfinished": 0.02 + 0.004 * step,
        "distinct_1": 0.22 - 0.006 * step + swing / 10,
        "distinct_2": 0.51 - 0.012 * step + swing / 10,
        "repetition": 0.01 + 0.002 * step,
        "refusals": 0.09 + 0.01 * step + swing,
    }


def look(step):
    """A look at the held-out prompts; the oracle likes the ones until the sixth iteration best."""
    gains = {
        "reward": 0.9 * (1 - math.exp(-step / 6)),
        "watcher": 0.6 * (1 - math.exp(-step / 4)),
        "gold": 0.08 * step - 0.0065 * step**2,
    }
    reach = 0.1 if step else 0.0
    numbers = watched(step)
    for judge, gain in gains.items():
        numbers |= {
            f"{judge}_gain": gain,
            f"{judge}_gain_low": gain - reach,
            f"{judge}_gain_high": gain + reach,
        }
    numbers |= {"watcher_parts": 0.0, "gold_parts": float(step == 12)}
    if step == 12:
        numbers |= {"gold_since": 6.0, "gold_rise": gains["reward"] - 0.57, "gold_fall": 0.21}
    return {"stage": "ppo", "step": step, **{f"held_out_{name}": number for name, number in numbers.items()}}


def rejection():
    """What a sweep found, and what choosing among 1 to 8 samples gains."""
    for temperature, gain in ((0.7, 0.31), (1.0, 0.36), (1.3, 0.27)):
        for step in range(1, 17):
            best = 0.2 + gain * math.log2(step)
            yield {"stage": "reject", "step": step, "temperature": temperature, "swept_best": best}
    yield {"stage": "reject", "step": 8, "chosen_temperature": 1.0, "chosen_samples": 8}
    for step in range(1, 9):
        best = 0.2 + 0.36 * math.log2(step)
        middle = 0.2 + 0.01 * math.sin(step)
        yield {"stage": "reject", "step": step, "mean_best": best, "mean_median": middle}


def write_json(file, value):
    """Replaces the file's contents."""
    file.write_text(json.dumps(value))
