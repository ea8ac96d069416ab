"""What a middling round measures of its reward models, for tests of what is told of it."""

from dataclasses import replace

from store.intervals import Interval, wilson
from store.records import Track
from store.reward_results import Agreement, Bin, Part, RewardResults, UnsafeFound


def part(name: str, pairs: int, share: float) -> Part:
    return Part(name=name, pairs=pairs, accuracy=wilson(round(share * pairs), pairs))


def about(value: float) -> Interval:
    """A difference that is known to seven points or so."""
    return Interval(value=value, low=value - 0.07, high=value + 0.07)


def results(track: Track = Track.HELPFULNESS, better: float = 0.0) -> RewardResults:
    """Surer than it is right; an ensemble of three."""
    return RewardResults(
        pairs=412,
        accuracy=wilson(round((0.71 + better) * 412), 412),
        by_degree=tuple(
            part(str(degree), 103, share + better) for degree, share in enumerate((0.55, 0.64, 0.77, 0.89))
        ),
        by_annotator=(part("<script>Mallory</script>", 412, 0.71),),
        by_age=(part("0", 100, 0.64), part("1", 200, 0.72), part("10", 92, 0.75), part("imported", 20, 0.6)),
        by_length=(part("11 to 50 shorter", 120, 0.62), part("1 to 10 longer", 292, 0.8)),
        by_spread=(part("lowest third", 206, 0.8), part("highest third", 206, 0.6)),
        baselines=(part("longer", 412, 0.56), part("first", 300, 0.51)),
        reliability=tuple(
            Bin(pairs=82, stated=stated, right=wilson(round(82 * right), 82))
            for stated, right in ((0.55, 0.54), (0.65, 0.61), (0.75, 0.69), (0.85, 0.76), (0.96, 0.88))
        ),
        calibration_error=0.0567,
        unsafe_found=(UnsafeFound(probability=0.5, unsafe=120, safe=704, recall=0.825, precision=0.733),)
        if track is Track.SAFETY
        else (),
        agreement=Agreement(pairs=96, agree=wilson(70, 96), ceiling=0.8386),
        members=3,
        training_pairs=3816,
        truncated=12,
        over_longer=about(0.71 + better - 0.56),
    )


def both(better: float = 0.0) -> dict[Track, RewardResults]:
    """Of each track."""
    return {track: results(track, better) for track in Track}


def nothing() -> RewardResults:
    """Where no pair was held out."""
    lists = ("by_degree", "by_annotator", "by_age", "by_length", "by_spread", "baselines", "reliability")
    none = dict.fromkeys((*lists, "unsafe_found"), ())
    return replace(results(), pairs=0, accuracy=wilson(0, 0), calibration_error=0.0, agreement=None, **none)
