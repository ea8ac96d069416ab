"""Where things lie in a home: the one place that names its files. It opens none of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """A folder that holds one project: its database, snapshots, rounds and settings."""

    root: Path

    @property
    def database(self) -> Path:
        """The DuckDB file; only the owner opens it."""
        return self.root / "hone.duckdb"

    @property
    def lock(self) -> Path:
        """Whoever holds this lock is the owner."""
        return self.root / "hone.lock"

    @property
    def owner(self) -> Path:
        """The running owner's address and token (mode 0600), for `hone` commands beside it."""
        return self.root / "owner.json"

    @property
    def endpoint(self) -> Path:
        """The address and key (mode 0600) of the home's own policies, while they are served."""
        return self.root / "endpoint.json"

    @property
    def endpoint_lock(self) -> Path:
        """Whoever holds this lock serves the home's policies."""
        return self.root / "endpoint.lock"

    @property
    def settings(self) -> Path:
        """The home's `hone.toml`."""
        return self.root / "hone.toml"

    @property
    def snapshots(self) -> Path:
        """Frozen training data, named by sha256."""
        return self.root / "snapshots"

    @property
    def inbox(self) -> Path:
        """Bundles arrive here by rename; `done/` and `rejected/` lie within."""
        return self.root / "inbox"

    @property
    def rounds(self) -> Path:
        """One folder a round: `001`, `002`, …"""
        return self.root / "rounds"

    @property
    def policies(self) -> Path:
        """Policies that no round made."""
        return self.root / "policies"

    @property
    def drafts(self) -> Path:
        """What the owner has made for a command to take away."""
        return self.root / "drafts"

    @property
    def pending(self) -> Path:
        """Messages of chats that wait for their answers, one file an annotator."""
        return self.root / "pending"

    @property
    def unsent(self) -> Path:
        """What people have typed and not sent yet; a folder a person."""
        return self.root / "unsent"

    @property
    def webhooks(self) -> Path:
        """How far each receiver of webhooks has been told, one small file each."""
        return self.root / "webhooks"

    def round(self, number: int) -> Path:
        """The folder of one round."""
        return self.rounds / f"{number:03d}"
