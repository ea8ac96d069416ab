"""Facts that break one rule of a home each, and what the doctor says of them."""

from __future__ import annotations

from single_facts import compared, edit, exam, label, lease, person, policy, rewarding

from store.records import (
    Adjudication,
    Appointment,
    Arm,
    Chat,
    ChatTurn,
    Degree,
    Demonstration,
    DemonstrationRetraction,
    ExternalAccount,
    Fact,
    Game,
    Gold,
    GoldEnd,
    GuidelineRead,
    LabelScore,
    Promotion,
    Purpose,
    QualificationAnswer,
    Response,
    Retraction,
    Review,
    RewardEvaluation,
    Role,
    RoundSignature,
    Score,
    Selection,
    Signature,
    Skip,
    TaskResult,
    Track,
    Verdict,
)

ASK_AUDIT = "hone audit verify says whether another hand changed them; hone restore brings a backup back."


FACTS: dict[str, tuple[str, list[Fact], str]] = {
    "people of roles": (
        "test",
        [Appointment(annotator_id="nobody", role=Role.REVIEWER, given_by="ben")],
        f"Roles given to somebody who is not there: nobody; {ASK_AUDIT}",
    ),
    "people of accounts": (
        "test",
        [
            ExternalAccount(provider="p", subject="zoe@example.org", annotator_id="zoe"),
            ExternalAccount(provider="p", subject="free@example.org", annotator_id=None),
        ],
        f"Accounts of an organisation that belong to somebody who is not there: zoe@example.org; {ASK_AUDIT}",
    ),
    "read guidelines are there": (
        "test",
        [GuidelineRead(annotator_id="ann", track=Track.SAFETY, version=version) for version in (1, 2)],
        f"People who have read a version of a guideline that nobody wrote: ann; {ASK_AUDIT}",
    ),
    "chats of turns": (
        "test",
        [ChatTurn(comparison_id="c0", chat_id="nowhere", turn=1)],
        f"Turns of a chat that is not there: c0; {ASK_AUDIT}",
    ),
    "comparisons of turns": (
        "test",
        [
            Chat(chat_id="h", annotator_id="ann", track=Track.SAFETY),
            ChatTurn(comparison_id="nowhere", chat_id="h", turn=1),
        ],
        f"Turns of a chat whose comparison is not there: nowhere; {ASK_AUDIT}",
    ),
    "turns are their annotator's": (
        "test",
        [
            Chat(chat_id="h", annotator_id="ann", track=Track.SAFETY),
            ChatTurn(comparison_id="c0", chat_id="h", turn=1),
        ],
        f"Turns of a chat whose prompt somebody else wrote: c0; {ASK_AUDIT}",
    ),
    "tests are of gold": (
        "test",
        [exam("c0")],
        f"Qualification tests with a comparison that has no known answer: t; {ASK_AUDIT}",
    ),
    "answers of tests": (
        "test",
        [
            exam("g"),
            QualificationAnswer(
                test_id="t",
                comparison_id="c0",
                shown_order=(0, 1),
                ranks=(1, 2),
                degree=Degree.BETTER,
                passed=True,
            ),
        ],
        f"Qualification tests with an answer to what they did not ask: t; {ASK_AUDIT}",
    ),
    "batches of comparisons": (
        "test",
        [compared("x", batch_id="nowhere")],
        f"Comparisons whose batch is not there: x; {ASK_AUDIT}",
    ),
    "responses of comparisons": (
        "test",
        [compared("x", response_ids=("q0-r0", "nowhere")), compared("y", response_ids=("q0-r0", "nobody"))],
        f"Comparisons with a response that is not there: 2, the first is x; {ASK_AUDIT}",
    ),
    "responses answer the prompt": (
        "test",
        [compared("x", response_ids=("q0-r0", "q1-r0"))],
        f"Comparisons with a response to another prompt: x; {ASK_AUDIT}",
    ),
    "prompts of responses": (
        "test",
        [Response(response_id="x", prompt_id="nowhere", policy_id="policy", text="")],
        f"Responses whose prompt is not there: x; {ASK_AUDIT}",
    ),
    "policies of responses": (
        "test",
        [Response(response_id="x", prompt_id="q0", policy_id="nobody", text="")],
        f"Responses whose policy is not there: x; {ASK_AUDIT}",
    ),
    "gold has an answer": (
        "test",
        [compared("x", purpose=Purpose.GOLD)],
        "Gold comparisons without a known answer: x; give each its answer, or nobody can "
        "be measured by them.",
    ),
    "answers have gold": (
        "test",
        [Gold(comparison_id="c5", ranks=(1, 2), annotator_id="ben")],
        f"Known answers of comparisons that are not gold: c5; {ASK_AUDIT}",
    ),
    "gold answers fit": (
        "test",
        [compared("x", purpose=Purpose.GOLD), Gold(comparison_id="x", ranks=(1, 2, 3), annotator_id="ben")],
        f"Gold answers with other than one rank and one safety a response: x; {ASK_AUDIT}",
    ),
    "gold answers stand": (
        "test",
        [
            compared("x", purpose=Purpose.GOLD),
            Gold(comparison_id="x", ranks=(1, 2), annotator_id="ben", label_id="l2"),
        ],
        "Gold answers that still measure, made of labels that do not stand: x; "
        "hone gold --withdraw ID --why W ends each.",
    ),
    "answers of withdrawals": (
        "test",
        [GoldEnd(comparison_id="x", annotator_id="ben", why="")],
        f"Withdrawals of known answers that are not there: x; {ASK_AUDIT}",
    ),
    "repeats point somewhere": (
        "test",
        [compared("x", purpose=Purpose.SWAPPED)],
        f"Swapped repeats of a comparison that is not there: x; {ASK_AUDIT}",
    ),
    "repeats are one's own": (
        "test",
        [compared("x", purpose=Purpose.SWAPPED, repeats="c1"), label("l9", "x", "ben")],
        "Swapped repeats judged by somebody who never judged the comparison that they repeat: x; "
        + ASK_AUDIT,
    ),
    "prompts of demonstrations": (
        "test",
        [Demonstration(demonstration_id="x", prompt_id="nowhere", text="", author="ben")],
        f"Demonstrations whose prompt is not there: x; {ASK_AUDIT}",
    ),
    "demonstrations of retractions": (
        "ben",
        [DemonstrationRetraction(demonstration_id="nowhere", annotator_id="ben", reason="x")],
        f"Retractions of demonstrations that are not there: nowhere; {ASK_AUDIT}",
    ),
    "comparisons of labels": (
        "test",
        [label("l9", "nowhere")],
        f"Labels of comparisons that are not there: l9; {ASK_AUDIT}",
    ),
    "annotators of labels": (
        "test",
        [label("l9", "c4", "nobody")],
        f"Labels by annotators who are not there: l9; {ASK_AUDIT}",
    ),
    "one label each": (
        "test",
        [compared("x", overlap=2), label("l8", "x"), label("l9", "x")],
        "Comparisons with two standing labels of one annotator: x by ann; exclude all "
        "but one by a review, or "
        "they count twice.",
    ),
    "no more than wanted": (
        "test",
        [label("l9", "c0", "ben")],
        "Comparisons with more standing labels than were wanted, not marked surplus: c0; "
        "exclude the late ones "
        "by a review, or these prompts weigh too much.",
    ),
    "surplus is surplus": (
        "test",
        [label("l9", "c4", surplus=True)],
        "Labels marked surplus whose comparison never had all it wanted: l9; they do not "
        "train; the comparison "
        "is asked again.",
    ),
    "labels fit": (
        "test",
        [label("l9", "c4", ranks=(1, 2, 3))],
        f"Labels with other than one rank and one safety a response: l9; {ASK_AUDIT}",
    ),
    "shown orders fit": (
        "test",
        [label("l9", "c4", shown_order=(1, 1))],
        f"Labels that do not say how each response was shown: l9; {ASK_AUDIT}",
    ),
    "leased orders fit": (
        "test",
        [lease("c4", (0, 2))],
        f"Leases that do not say how each response is shown: x; {ASK_AUDIT}",
    ),
    "labels of edits": (
        "test",
        [edit("nowhere", 1)],
        f"Edits of labels that are not there: nowhere; {ASK_AUDIT}",
    ),
    "edits fit": (
        "ann",
        [edit("l0", 1, (1, 2, 3))],
        f"Labels edited to other than one rank and one safety each: l0; {ASK_AUDIT}",
    ),
    "edits are numbered": (
        "ann",
        [edit("l1", 4)],
        f"Labels with an edit missing between others: l1; {ASK_AUDIT}",
    ),
    "edits are one's own": (
        "ben",
        [edit("l0", 1)],
        "Labels that somebody other than their annotator edited: l0; exclude them by a review.",
    ),
    "comparisons of skips": (
        "test",
        [Skip(lease_id="x", comparison_id="nowhere", annotator_id="ann", reason="")],
        f"Skips of comparisons that are not there: x; {ASK_AUDIT}",
    ),
    "comparisons of leases": (
        "test",
        [lease("nowhere", (0, 1))],
        f"Leases of comparisons that are not there: x; {ASK_AUDIT}",
    ),
    "labels of retractions": (
        "test",
        [Retraction(label_id="nowhere", annotator_id="ann", reason="")],
        f"Retractions of labels that are not there: nowhere; {ASK_AUDIT}",
    ),
    "labels of reviews": (
        "test",
        [Review(review_id="x", label_id="nowhere", reviewer_id="ben", verdict=Verdict.EXCLUDE, why="")],
        f"Reviews of labels that are not there: x; {ASK_AUDIT}",
    ),
    "reviews of adjudications": (
        "test",
        [Adjudication(review_id="nowhere", ranks=(1, 2), degree=Degree.BETTER)],
        f"Adjudications of reviews that are not there or overturn nothing: nowhere; {ASK_AUDIT}",
    ),
    "snapshots of reward models": (
        "test",
        [rewarding("x", "nowhere")],
        f"Reward models whose snapshot is not there: x; {ASK_AUDIT}",
    ),
    "snapshots of signatures": (
        "test",
        [Signature(snapshot_id="nowhere", reviewer_id="ben")],
        f"Signatures of snapshots that are not there: nowhere; {ASK_AUDIT}",
    ),
    "responses of scores": (
        "test",
        [Score(response_id="nowhere", reward_model_id="m", score=0.0)],
        f"Scores of responses that are not there: nowhere; {ASK_AUDIT}",
    ),
    "reward models of scores": (
        "test",
        [Score(response_id="q0-r0", reward_model_id="nobody", score=0.0)],
        f"Scores by reward models that are not there: nobody; {ASK_AUDIT}",
    ),
    "reward models of their evaluations": (
        "test",
        [RewardEvaluation(reward_model_id="nobody", results="{}")],
        f"Evaluations of reward models that are not there: nobody; {ASK_AUDIT}",
    ),
    "labels of their scores": (
        "test",
        [
            LabelScore(
                label_id="nowhere", reward_model_id="m", chosen_id="q0-r0", rejected_id="q0-r1", gap=0.0
            )
        ],
        f"Scores of labels that are not there: nowhere; {ASK_AUDIT}",
    ),
    "reward models of labels' scores": (
        "test",
        [
            LabelScore(
                label_id="l0", reward_model_id="nobody", chosen_id="q0-r0", rejected_id="q0-r1", gap=0.0
            )
        ],
        f"Scores of labels by reward models that are not there: nobody; {ASK_AUDIT}",
    ),
    "evaluations of games": (
        "test",
        [Game(evaluation_id="nowhere", prompt_id="q0", points=1.0)],
        f"Games of evaluations that are not there: nowhere; {ASK_AUDIT}",
    ),
    "policies of task results": (
        "test",
        [
            TaskResult(
                policy_id="nobody",
                task="sky",
                version="1",
                metric="acc,none",
                value=1.0,
                standard_error=None,
                samples=1,
                few_shots=0,
                chat_template=False,
                harness="lm_eval 0",
            )
        ],
        f"Results on tasks of policies that are not there: nobody; {ASK_AUDIT}",
    ),
    "policies of promotions": (
        "test",
        [Promotion(policy_id="nobody", promoted=True, given_by="ada", why="Looks good.")],
        f"Decisions about policies that are not there: nobody; {ASK_AUDIT}",
    ),
    "people of round signatures": (
        "test",
        [RoundSignature(round=1, signed_by="nobody")],
        f"Rounds signed by somebody who is not there: nobody; {ASK_AUDIT}",
    ),
    "what round signatures say": (
        "test",
        [
            RoundSignature(round=1, signed_by="ann", seen="{"),
            RoundSignature(round=2, signed_by="ann", seen='{"spoken": {"labels": "many"}}'),
            person("ann"),
        ],
        f"Rounds with a signature that does not say what was seen: 2, the first is 1; {ASK_AUDIT}",
    ),
    "comparisons of selections": (
        "test",
        [Selection(comparison_id="nowhere", arm=Arm.RANDOM)],
        f"Reasons for comparisons that are not there: nowhere; {ASK_AUDIT}",
    ),
    "parents of policies": (
        "test",
        [policy("x", parents=("nobody",))],
        f"Policies with a parent that is not there: x; {ASK_AUDIT}",
    ),
    "snapshots of policies": (
        "test",
        [policy("x", snapshots=("nowhere",))],
        f"Policies trained on a snapshot that is not there: x; {ASK_AUDIT}",
    ),
    "reward models of policies": (
        "test",
        [policy("x", reward_models=("nobody",))],
        f"Policies trained against a reward model that is not there: x; {ASK_AUDIT}",
    ),
}
