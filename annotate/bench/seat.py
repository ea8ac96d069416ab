"""One session as the server sees it: signs in by the form, opens Streamlit's socket, answers what is dealt.

It speaks what the browser speaks (protobuf over a websocket) and draws nothing.
"""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from annotate.widgets.assets import component_name
from store.errors import HoneError

PATIENCE: Final = 60.0
"""Seconds until a reply counts as lost."""
CSRF: Final = re.compile(r'name="csrf" value="([^"]+)"')
LARGEST: Final = 64 * 2**20
DECK: Final = component_name("deck")
SAFE: Final = {"safe": True, "category": None, "severity": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealt:
    """What the deck was last told: the component's id, the lease, and the last message it answers."""

    component: str
    lease: str | None
    ack: str
    refused: bool
    message: str


@dataclass(slots=True)
class Seat:
    """One signed-in session; `saved` are the leases of its labels that the server said are saved."""

    url: str
    name: str
    password: str
    saved: list[str] = field(default_factory=list)
    _socket: ClientConnection | None = None
    _reader: asyncio.Task[None] | None = None
    _dealt: asyncio.Queue[Dealt] = field(default_factory=asyncio.Queue)
    _now: Dealt | None = None
    _count: int = 0

    async def sit(self) -> None:
        """Signs in, opens the socket and waits for the first comparison."""
        cookies = await asyncio.to_thread(sign_in, self.url, self.name, self.password)
        self._socket = await connect(
            self.url.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=["streamlit"],  # type: ignore[list-item]
            additional_headers={"Cookie": cookies},
            origin=self.url,  # type: ignore[arg-type]
            max_size=LARGEST,
            proxy=None,
        )
        self._dealt = asyncio.Queue()
        self._reader = asyncio.create_task(self._read(self._socket))
        await self._send(BackMsg())
        self._now = await self._next(lambda dealt: dealt.lease is not None)

    async def judge(self, place: int) -> float:
        """Prefers the response at this place; the seconds from sending it to having the next comparison."""
        now = self._now
        if now is None or now.lease is None:
            raise HoneError(f"{self.name} has nothing left to compare; give the benchmark more comparisons.")
        self._count += 1
        mid = f"{self.name}-{self._count}-{now.lease}"
        began = time.perf_counter()
        await self._send(answered(now, mid, place))
        reply = await self._next(lambda dealt: dealt.ack == mid)
        taken = time.perf_counter() - began
        if reply.refused:
            raise HoneError(f"{self.name} was refused: {reply.message}")
        self.saved.append(now.lease)
        self._now = reply
        return taken

    async def leave(self) -> None:
        """Closes the socket, as a closed tab does."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader

    async def _send(self, message: BackMsg) -> None:
        assert self._socket is not None  # noqa: S101  # sit() comes first
        if not message.HasField("rerun_script"):
            message.rerun_script.query_string = ""
        await self._socket.send(message.SerializeToString())

    async def _next(self, wanted: Callable[[Dealt], bool]) -> Dealt:
        async with asyncio.timeout(PATIENCE):
            while True:
                dealt = await self._dealt.get()
                if wanted(dealt):
                    return dealt

    async def _read(self, socket: ClientConnection) -> None:
        async for raw in socket:
            dealt = read_deal(raw) if isinstance(raw, bytes) else None
            if dealt is not None:
                self._dealt.put_nowait(dealt)


def read_deal(raw: bytes) -> Dealt | None:
    """What a message of the server tells the deck; None for every other message."""
    message = ForwardMsg.FromString(raw)
    if message.WhichOneof("type") != "delta" or not message.delta.HasField("new_element"):
        return None
    element = message.delta.new_element
    if element.WhichOneof("type") != "bidi_component" or element.bidi_component.component_name != DECK:
        return None
    data = json.loads(element.bidi_component.json)
    return Dealt(
        component=element.bidi_component.id,
        lease=data["work"] and data["work"]["lease"],
        ack=data["ack"],
        refused=data["refused"],
        message=data["message"],
    )


def answered(dealt: Dealt, mid: str, place: int) -> BackMsg:
    """The message that the deck sends when somebody prefers the response at this place."""
    judgement = {
        "ranks": [1, 2] if place == 0 else [2, 1],
        "degree": 2,
        "both_bad": False,
        "safety": [SAFE, SAFE],
        "comment": "",
        "seconds": 5.0,
    }
    value = {"kind": "submit", "lease": dealt.lease, "mid": mid, "judgement": judgement, "attempt": 1}
    message = BackMsg()
    # As the browser does, the component's own state goes with what it sends.
    state = message.rerun_script.widget_states.widgets.add()
    state.id, state.json_value = dealt.component, "{}"
    widget = message.rerun_script.widget_states.widgets.add()
    widget.id = f"$$STREAMLIT_INTERNAL_KEY_{dealt.component}__events"
    widget.json_trigger_value = json.dumps([{"event": "answer", "value": value}])
    return message


def sign_in(url: str, name: str, password: str) -> str:
    """Fills in the form; the cookies that it gives, as a header's value."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
    )
    with browser.open(f"{url}/sign-in", timeout=PATIENCE) as page:
        csrf = CSRF.search(page.read().decode())
    if csrf is None:
        raise HoneError(f"Expected a sign-in form at {url}/sign-in; found none.")
    form = urllib.parse.urlencode({"name": name, "password": password, "csrf": csrf[1]}).encode()
    with browser.open(f"{url}/sign-in", form, timeout=PATIENCE):
        pass
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
