"""The words of Hone: every enum and row that crosses a package, one dataclass a table.

A field's name is its column's name. Rows are facts: they are appended and never changed; a correction
is a further row. This package imports only the standard library and knows neither SQL nor any file.
"""

from __future__ import annotations

from store.records.asked import (
    Batch,
    Chat,
    ChatTurn,
    Comparison,
    Demonstration,
    DemonstrationRetraction,
    Gold,
    GoldEnd,
    Policy,
    Prompt,
    Response,
    Selection,
)
from store.records.judged import (
    Adjudication,
    Edit,
    Exposure,
    Label,
    Lease,
    OptOut,
    Retraction,
    Review,
    Sighting,
    Skip,
)
from store.records.people import (
    Annotator,
    Appointment,
    Credential,
    ExternalAccount,
    Guideline,
    GuidelineRead,
    Profile,
    Qualification,
    QualificationAnswer,
    QualificationTest,
    SignIn,
    SignOut,
)
from store.records.trained import (
    Bundle,
    Evaluation,
    Game,
    LabelScore,
    Promotion,
    RewardEvaluation,
    RewardModel,
    Round,
    RoundSignature,
    Score,
    Signature,
    Snapshot,
    TaskResult,
)
from store.records.words import (
    Arm,
    Cause,
    Contents,
    Degree,
    Form,
    Judge,
    Kind,
    Purpose,
    Role,
    SafetyLabel,
    Split,
    Track,
    Turn,
    Verdict,
    now,
)

__all__ = [
    "Adjudication",
    "Annotator",
    "Appointment",
    "Arm",
    "Batch",
    "Bundle",
    "Cause",
    "Chat",
    "ChatTurn",
    "Comparison",
    "Contents",
    "Credential",
    "Degree",
    "Demonstration",
    "DemonstrationRetraction",
    "Edit",
    "Evaluation",
    "Exposure",
    "ExternalAccount",
    "Fact",
    "Form",
    "Game",
    "Gold",
    "GoldEnd",
    "Guideline",
    "GuidelineRead",
    "Judge",
    "Kind",
    "Label",
    "LabelScore",
    "Lease",
    "OptOut",
    "Policy",
    "Profile",
    "Promotion",
    "Prompt",
    "Purpose",
    "Qualification",
    "QualificationAnswer",
    "QualificationTest",
    "Response",
    "Retraction",
    "Review",
    "RewardEvaluation",
    "RewardModel",
    "Role",
    "Round",
    "RoundSignature",
    "SafetyLabel",
    "Score",
    "Selection",
    "Sighting",
    "SignIn",
    "SignOut",
    "Signature",
    "Skip",
    "Snapshot",
    "Split",
    "TaskResult",
    "Track",
    "Turn",
    "Verdict",
    "now",
]

Fact = (
    Annotator
    | Appointment
    | Profile
    | Credential
    | SignIn
    | SignOut
    | ExternalAccount
    | Guideline
    | GuidelineRead
    | Qualification
    | QualificationTest
    | QualificationAnswer
    | Prompt
    | Policy
    | Response
    | Batch
    | Comparison
    | Selection
    | Gold
    | GoldEnd
    | Lease
    | Label
    | Edit
    | Skip
    | Retraction
    | Review
    | Adjudication
    | Exposure
    | OptOut
    | Sighting
    | Demonstration
    | DemonstrationRetraction
    | Chat
    | ChatTurn
    | Snapshot
    | Signature
    | RewardModel
    | RewardEvaluation
    | Score
    | LabelScore
    | Round
    | Evaluation
    | Game
    | TaskResult
    | Promotion
    | RoundSignature
    | Bundle
)
"""Everything that can be appended to the store."""
