"""What an answer to a posted webhook means, and what leaves at every attempt."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from svix.webhooks import Webhook as Svix

from connector.adapters.base import AdapterDown, Reaching
from connector.adapters.memory import Trouble
from connector.adapters.webhook.adapter import Webhook
from connector.adapters.webhook.posting import SCHEDULE, headers
from connector.commands import About, CreateTask, Done, Retry, SetFields, SetStage
from connector.model import CrmRef, Evidence, Stage
from connector.secrets import Secret
from connector.signatures.standard import key_of

from tests.adapters.clauses import each_kind, only, task, yes
from tests.adapters.subject_webhook import SECRET, URL, WebhookSubject
from tests.clock import START

ABOUT = About(
    17,
    START,
    {"email": "ann@buyer.example", "employees": 200, "since": date(2026, 1, 2), "opted_out": False, "tags": ("a", "b")},
    Stage.SQL,
    {"fit": 20},
    ("filled in the form “Demo”",),
    (Evidence(START, "form_submitted", "Demo", 2, "k"),),
    (CrmRef("hubspot", "contact", "7"),),
)


def answered(status: int, **headers: str) -> tuple[WebhookSubject, object]:
    """Return what becomes of a task that is answered so."""
    subject = WebhookSubject()
    subject.receiver.answers.append((status, {name.replace("_", "-"): value for name, value in headers.items()}))
    return subject, only(subject.adapter.apply([task(subject.contact("Ann"))], yes))


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_done(status: int) -> None:
    """Whatever else the receiver says."""
    _, outcome = answered(status)
    assert outcome == Done(task(CrmRef("hooks", "addressee", "1")).key)


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 422, 451, 500, 501, 599])
def test_every_other_answer_is_tried_again_in_the_receivers_words(status: int) -> None:
    """The schedule says when, and how often."""
    _, outcome = answered(status)
    assert isinstance(outcome, Retry)
    assert outcome.sent
    assert outcome.reason == f"hooks.acme.example answered {status}: so it is"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    """It is a failure, and the words say what to do; nothing goes where it points."""
    subject, outcome = answered(status, Location="http://169.254.169.254/latest")
    assert isinstance(outcome, Retry)
    assert "send_to" in outcome.reason
    assert subject.requests() == 1


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_receiver_that_asks_for_less_gets_less(status: int) -> None:
    """Its own wait stands, in seconds or as a date, and the budget of the whole system learns it."""
    subject, outcome = answered(status, Retry_After="77")
    assert isinstance(outcome, Retry)
    assert outcome.after == timedelta(seconds=77)
    assert subject.meter.told == [(429, {"retry-after": "77"})]
    _, dated = answered(status, Retry_After="Mon, 02 Nov 2026 09:05:00 GMT")
    assert isinstance(dated, Retry)
    assert dated.after == timedelta(minutes=5)


def test_another_failure_slows_nothing_down() -> None:
    """A body that one receiver cannot take says nothing of its load."""
    subject, _ = answered(422)
    assert subject.meter.told == [(422, {})]


def test_410_ends_it() -> None:
    """Nothing more is sent by this process, and the words are clear; a new one asks again."""
    subject = WebhookSubject()
    subject.receiver.answers.append((410, {}))
    for _ in range(3):
        with pytest.raises(AdapterDown) as caught:
            subject.adapter.apply([task(subject.contact("Ann"))], yes)
        assert (caught.value.kind, caught.value.after) == ("gone", None)
        assert "answered 410: so it is. It wants nothing more" in caught.value.reason
    assert subject.requests() == 1
    assert isinstance(only(subject.again().apply([task(subject.contact("Ann"))], yes)), Done)


def test_each_attempt_is_signed_anew_under_the_same_id() -> None:
    """The id and the body stay, the timestamp and so the signature are the attempt's."""
    subject = WebhookSubject()
    for command in each_kind(subject, subject.contact("Ann")):
        for status in (500, 500, 204):
            subject.receiver.answers.append((status, {}))
            subject.adapter.apply([command], yes)
            subject.clock.sleep(timedelta(minutes=5))
    for start in range(0, 9, 3):
        sent = subject.receiver.arrived[start : start + 3]
        assert len({one.headers["webhook-id"] for one in sent}) == 1
        assert len({one.body for one in sent}) == 1
        assert len({one.headers["webhook-timestamp"] for one in sent}) == 3
        assert len({one.headers["webhook-signature"] for one in sent}) == 3


def test_the_signature_is_one_that_others_verify() -> None:
    """Svix's library takes it; a byte more and it does not."""
    now = datetime.now(UTC)
    body = '{"é":"ü"}\n'.encode()
    Svix(SECRET).verify(body, headers("msg_1", body, now, key_of(SECRET)))
    with pytest.raises(Exception, match="No matching signature"):
        Svix(SECRET).verify(body + b" ", headers("msg_1", body, now, key_of(SECRET)))


def test_the_vector_of_the_specification_is_ours() -> None:
    """The example with its known secret, id, timestamp and body gives the known signature."""
    body = b'{"test": 2432232314}'
    found = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", body, datetime.fromtimestamp(1614265330, UTC), key_of(SECRET))
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_without_a_secret_nothing_is_signed() -> None:
    """Slack and Teams look at no signature; the id and the time are sent all the same."""
    subject = WebhookSubject(secret=None)
    subject.receiver.answers.append((200, {}))
    subject.adapter.apply([task(subject.contact("Ann"))], yes)
    (sent,) = subject.receiver.arrived
    assert "webhook-signature" not in sent.headers
    assert "webhook-id" in sent.headers


def test_the_schedule_is_the_specifications() -> None:
    """Ten attempts over 75 hours and 35 minutes."""
    assert len(SCHEDULE) == 9
    assert sum(SCHEDULE, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)


def test_our_own_json_says_whom_what_and_why() -> None:
    """Mapped fields only, instants in UTC, nothing that is unknown."""
    adapter = WebhookSubject().adapter
    assert isinstance(adapter, Webhook)
    made = replace(task(CrmRef("hooks", "addressee", "17"), "KEY"), owner="ann@acme.example", about=ABOUT)
    body = json.loads(adapter.shown(made))
    person = {
        "id": "17",
        "email": "ann@buyer.example",
        "fields": {
            "email": "ann@buyer.example",
            "employees": 200,
            "since": "2026-01-02",
            "opted_out": False,
            "tags": ["a", "b"],
        },
        "records": [{"system": "hubspot", "object": "contact", "id": "7"}],
    }
    assert body["type"] == "task.created"
    assert body["timestamp"] == "2026-11-02T09:00:00Z"
    data = body["data"]
    assert (data["id"], data["person"], data["stage"], data["scores"]) == ("KEY", person, "sql", {"fit": 20})
    assert data["evidence"] == [{"at": "2026-11-02T09:00:00Z", "what": "form_submitted", "detail": "Demo", "count": 2}]
    assert data["reasons"] == ["filled in the form “Demo”"]
    assert (data["task"]["subject"], data["task"]["body_text"]) == ("Call KEY", "Now & then.")
    assert (data["task"]["owner"], data["task"]["due_at"]) == ("ann@acme.example", "2026-11-03T09:00:00Z")
    moved = json.loads(adapter.shown(SetStage("S", made.ref, "stage", "MQL!", Stage.MQL, "lead", about=ABOUT)))
    assert moved["type"] == "lifecycle.stage_changed"
    assert [moved["data"][name] for name in ("stage", "value", "previous", "field")] == ["mql", "MQL!", "lead", "stage"]
    told = json.loads(adapter.shown(SetFields("F", made.ref, {"points": "7"}, about=ABOUT)))
    assert (told["type"], told["data"]["fields"]) == ("lifecycle.fields_changed", {"points": "7"})


def test_the_address_is_shown_nowhere() -> None:
    """A receiver that repeats its own address, path or the secret does not bring them into a log."""
    subject = WebhookSubject()
    for trouble in (Trouble.NO_CONNECTION, Trouble.LOST_PERFORMED):
        subject.trouble(trouble, write=True)
        shown = ""
        try:
            shown = repr(subject.adapter.apply([task(subject.contact("Ann"))], yes))
        except AdapterDown as down:
            shown = down.reason
        assert "5ecre7path" not in shown + repr(vars(subject.adapter))
    assert "5ecre7path" not in repr(subject.adapter)
    subject.receiver.says = f"no: {SECRET} at {URL}, path /services/T000/B000/5ecre7path".encode()
    subject.receiver.answers.append((400, {}))
    said = repr(subject.adapter.apply([task(subject.contact("Ann"))], yes))
    assert "5ecre7path" not in said
    assert SECRET not in said
    assert "no: " in said


def test_a_task_is_posted_whole() -> None:
    """Hundreds of characters in any script arrive as they are."""
    subject = WebhookSubject()
    long = 'Ünïcödé 漢字 \u2028 \\ " </script>' * 50
    made: CreateTask = replace(task(subject.contact("Ann")), body_text=long)
    subject.adapter.apply([made], yes)
    (body,) = subject.receiver.had.values()
    assert body["data"]["task"]["body_text"] == long


def test_an_address_that_leads_inside_is_told_before_anything_is_sent() -> None:
    """However it is spelled; what `validate --online` asks, and what a write would run into."""
    adapter: object = WebhookSubject(send_to=Secret("https://127.1/hook")).adapter
    assert isinstance(adapter, Reaching)
    with pytest.raises(AdapterDown) as caught:
        adapter.reaches()
    assert caught.value.kind == "setup"
    assert "127.0.0.1 is a loopback address. List it in allow_addresses" in caught.value.reason


def test_an_address_that_is_none_is_no_fault_of_the_setup() -> None:
    """A name that cannot be looked up now may be there later."""
    adapter: object = WebhookSubject(send_to=Secret(f"https://{'a' * 64}.example/hook")).adapter
    assert isinstance(adapter, Reaching)
    with pytest.raises(AdapterDown) as caught:
        adapter.reaches()
    assert caught.value.kind == "network"
