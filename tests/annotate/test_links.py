from starlette.applications import Starlette
from starlette.testclient import TestClient

from annotate import app, links, shell


def test_the_name_of_the_first_page_leads_to_where_it_is_shown_and_keeps_its_label():
    client = TestClient(Starlette(routes=links.routes(app.FRONT)), follow_redirects=False)
    answer = client.get("/compare?label=ab%2Fc")
    assert (answer.status_code, answer.headers["location"]) == (307, "/?label=ab%2Fc")
    assert client.get("/compare").headers["location"] == "/"


def test_the_first_page_of_the_menu_is_the_one_that_is_led_to():
    assert shell.ROOMS[0].key == app.FRONT
