"""The tabs of one browser: a plain one is emptied and handed on, for its scripts are compiled by then."""

PLAIN = {"viewport": {"width": 1440, "height": 900}}
STORES = "local_storage,session_storage,indexeddb,cache_storage,service_workers"


class Tabs:
    """Gives each desk a tab in a context of its own, which remembers nobody."""

    def __init__(self, browser):
        self.browser, self._empty = browser, []

    def take(self, **context):
        """A tab that nobody else has; whoever wants one of a special kind gets a new one."""
        if self._empty and not context:
            return self._empty.pop()
        return self.browser.new_context(**{**PLAIN, **context}).new_page()

    def give_back(self, page, url):
        """Empties a plain tab of what the server at `url` left in it."""
        # First the session: what a page sends as it is left must not count as its person's.
        page.context.clear_cookies()
        page.goto("about:blank")
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.context.clear_cookies()
        session = page.context.new_cdp_session(page)
        session.send("Storage.clearDataForOrigin", {"origin": url, "storageTypes": STORES})
        session.detach()
        page.set_viewport_size(PLAIN["viewport"])
        self._empty.append(page)
