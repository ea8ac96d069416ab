"""A reviewer's pages, drawn without a browser."""

from streamlit.testing.v1 import AppTest

PATIENCE = 30


def _draw(name, store, who, locale):
    from importlib import import_module

    from small_homes import visit

    import_module(f"annotate.pages.{name}").render(visit(store, who, locale))


def page(name, store, actor, locale="en"):
    """The page of this module as the actor sees it."""
    app = AppTest.from_function(_draw, args=(name, store, [actor], locale), default_timeout=PATIENCE).run()
    assert not app.exception
    return app


def words_of(app):
    """Its sentences."""
    return " ".join(one.value for one in (*app.text, *app.caption, *app.subheader))
