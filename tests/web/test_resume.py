"""A page without scripts: what was typed when the session had ended travels through signing in, field by field."""

from datetime import timedelta
from html.parser import HTMLParser

from tests.web.conftest import OURS, PASSWORD
from trial.store import crfs


class Fields(HTMLParser):
    """The fields of the form with an action, as a browser would send them."""

    def __init__(self, page, action):
        super().__init__()
        self.action, self.inside, self.values, self.select = action, False, [], None
        self.feed(page)

    def handle_starttag(self, tag, given):
        given = dict(given)
        if tag == "form":
            self.inside = given.get("action") == self.action
        elif tag == "template":
            self.inside = False
        elif self.inside and tag == "input" and given.get("name"):
            kind = given.get("type", "text")
            if kind not in ("radio", "checkbox", "file", "submit") or (
                kind in ("radio", "checkbox") and "checked" in given
            ):
                self.values.append((given["name"], given.get("value", "")))
        elif self.inside and tag == "select":
            self.select = given["name"]
        elif self.inside and tag == "option" and "selected" in given:
            self.values.append((self.select, given.get("value", "")))


def send(client, fields, path, **changed):
    data = [(name, value) for name, value in fields if name not in changed] + list(changed.items())
    names = dict.fromkeys(name for name, _value in data)
    return client.post(path, data={name: [v for n, v in data if n == name] for name in names})


def test_an_ended_session_loses_nothing(consented):
    client, path = consented.client(), f"/participants/{OURS}/SCR/DM/1"
    shown = Fields(client.get(path, follow_redirects=True).text, path[:-2]).values
    assert ("typed_by", str(next(v for n, v in shown if n == "typed_by"))) in shown
    consented.clock.advance(timedelta(minutes=20))
    ended = send(client, shown, path[:-2], HEIGHT="172.0", do="save")
    assert ended.status_code == 401
    again = send(client, Fields(ended.text, "/sign-in").values, "/sign-in", username="coordinator", password=PASSWORD)
    assert again.status_code == 200
    done = send(client, Fields(again.text, path[:-2]).values, path[:-2])
    assert done.status_code == 303
    (kept,) = crfs.history(consented.house.reading(), OURS, "SCR", "DM", 1)
    assert kept["answers"]["items"] == {"HEIGHT": "172.0"}
