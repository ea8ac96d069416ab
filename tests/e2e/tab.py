"""A tab without a browser: asks the real server for a page as a browser does and says what it was sent."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from desk import path
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

from annotate.bench.seat import sign_in


def pages_of(server, name, password, addresses):
    """What each page is made of for this person: the kinds of its elements, and the message as text."""

    async def look():
        cookies = await asyncio.to_thread(sign_in, server.url, name, password)
        address = server.url.replace("http", "ws", 1) + "/_stcore/stream"
        sent = {"Cookie": cookies}
        async with connect(
            address, additional_headers=sent, origin=server.url, max_size=2**26, proxy=None
        ) as socket:
            return {page: await drawn(socket, page) for page in addresses}

    with ThreadPoolExecutor() as beside:  # the browser's own loop runs in the tests' thread
        return beside.submit(asyncio.run, look()).result()


async def drawn(socket, page):
    """Everything that the server sends for the page, until its script is over."""
    asked = BackMsg()
    asked.rerun_script.page_name = path(page)
    await socket.send(asked.SerializeToString())
    kinds, words, began = set(), "", False
    async with asyncio.timeout(30):
        while True:
            message = ForwardMsg.FromString(await socket.recv())
            kind = message.WhichOneof("type")
            began = began or kind == "new_session"
            if kind == "delta" and message.delta.HasField("new_element"):
                element = message.delta.new_element
                kinds.add(kind_of(element))
                words += str(element)
            if kind == "script_finished" and began:
                return kinds, words


def kind_of(element):
    kind = element.WhichOneof("type")
    return element.bidi_component.component_name if kind == "bidi_component" else kind
