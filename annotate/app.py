"""Composition root: one `st.App` from a store, with its gate, routes, pages and lifespan."""

from __future__ import annotations

import gc
import importlib
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit import config

from annotate import api, courier, links, ownership, reports, steward
from annotate.chat import chat_stream
from annotate.chat.switchboard import Switchboard
from annotate.entrance import language, organisation, provider, sign_in
from annotate.entrance.gate import Gate
from annotate.entrance.logins import Logins
from annotate.entrance.security import SecurityHeaders
from annotate.judging import surface_routes
from annotate.ownership import Tenure
from annotate.v1 import routes as v1
from annotate.widgets import assets
from store import inbox
from store.database import Store

FRONT = "compare"
"""The page where one arrives."""
SCRIPT = Path(__file__).parent / "entry" / "script.py"
WARM = ("pandas", "pyarrow", "altair", "annotate.shell")
"""Imported before the first visitor comes; the first page would otherwise wait a second for them."""


def build(store: Store) -> st.App:
    """The app over this store. Closing the app closes the store. HoneError where a setting is missing."""
    tenure, switchboard = Tenure(store), Switchboard(store)
    secrets = provider.app_secrets(store.home)
    tellers = courier.couriers(store)

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any]]:
        with ExitStack() as stack:
            stack.callback(store.close)
            stack.enter_context(_watching_inbox(store))
            stack.enter_context(courier.at_work(tellers))
            stack.enter_context(steward.at_work(store))
            assets.register()
            _warm()
            stack.enter_context(ownership.served(tenure, _url()))
            yield {}
            await switchboard.close()

    return st.App(
        SCRIPT,
        routes=routes(tenure, switchboard),
        middleware=middleware(store, tenure.logins),
        lifespan=lifespan,
        secrets=secrets,
    )


def routes(tenure: Tenure, switchboard: Switchboard | None = None) -> list[Route]:
    """Everything that is not Streamlit's."""
    store = tenure.store
    return [
        *v1.routes(store),
        *api.routes(tenure),
        *sign_in.routes(store),
        *organisation.routes(store, tenure.logins),
        *language.routes(store, sign_in.SESSION_COOKIE),
        *reports.routes(store),
        *chat_stream.routes(store, switchboard or Switchboard(store)),
        *surface_routes.routes(store),
        *links.routes(FRONT),
    ]


def middleware(store: Store, logins: Logins | None = None) -> list[Middleware]:
    """From the outside in: headers on whatever is answered, then the gate."""
    return [Middleware(SecurityHeaders), Middleware(Gate, store=store, logins=logins or Logins())]


def run(app: st.App, options: Mapping[str, object]) -> None:
    """Serves until the process is told to stop."""
    app.run(config=options)


@contextmanager
def _watching_inbox(store: Store) -> Iterator[None]:
    """Takes in what rounds publish, until the block ends and the last look is over."""
    stop = threading.Event()
    watcher = inbox.watch(store, stop)
    try:
        yield
    finally:
        stop.set()
        watcher.join()


def _url() -> str:
    """Where this server listens; the port is settled before the lifespan begins."""
    address = config.get_option("server.address")
    host = "127.0.0.1" if address in {"0.0.0.0", "::"} else address  # noqa: S104  # compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{config.get_option('server.port')}"


def _warm() -> None:
    """Loads what pages need and takes it out of the collector's sight: Streamlit collects after every run."""
    for name in WARM:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
