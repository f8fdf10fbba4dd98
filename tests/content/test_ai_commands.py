"""The commands that look after the providers, and the stand-in's own rules."""

from __future__ import annotations

import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import requests
from django.core.management import CommandError, call_command
from django.test import override_settings

from config.checks import yandex_key_has_its_folder
from content.ai import breaker
from content.ai.standin import Fault, Standin
from content.ai.standin.cloud import Cloud
from content.ai.troubles import AiError, Trouble
from content.ai.yandex import Yandex
from partners import clock
from partners.fields import Secret
from tests.factories import make_partner
from tests.yandex import API_KEY, FOLDER, PEM, api_key_account, running_cloud, service_account

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def cloud() -> Iterator[Standin]:
    with running_cloud() as standin:
        yield standin


def check(*arguments: str) -> tuple[str, bool]:
    """What it printed, and whether all is well."""
    out = StringIO()
    try:
        call_command("check_ai", *arguments, stdout=out)
    except CommandError as error:
        return out.getvalue() + str(error), False
    return out.getvalue(), True


@pytest.mark.django_db
def test_nothing_is_configured() -> None:
    printed, well = check()
    assert well
    assert "YANDEX_API_KEY" in printed


@pytest.mark.django_db
def test_every_account_is_called_once(cloud: Standin) -> None:
    api_key_account(make_partner("anna"))
    service_account(make_partner("boris"))
    api_key_account(make_partner("vera"), api_key=Secret(""))
    with override_settings(YANDEX_FOLDER_ID=FOLDER, YANDEX_API_KEY="wrong"):
        printed, well = check()
    assert not well
    lines = printed.splitlines()
    assert [line[:1] for line in lines[:4]] == ["✅", "✅", "❌", "❌"]
    assert [name for name in ("anna", "boris", "vera") if name not in printed] == []
    assert "(HTTP 401)" in lines[3]
    assert len(cloud.asked("completion")) == 3
    assert all(call.body["completionOptions"]["maxTokens"] == "10" for call in cloud.asked("completion"))
    secrets = [API_KEY, *PEM.splitlines()[1:-1], *cloud.cloud.tokens]
    assert [secret for secret in secrets if secret in printed] == []


@pytest.mark.django_db
def test_one_partner_and_the_network(cloud: Standin) -> None:
    api_key_account(make_partner("anna"))
    api_key_account(make_partner("boris"))
    cloud.fail("completion", Fault.NO_ROLE)
    printed, well = check("anna")
    assert not well
    assert "ai.languageModels.user" in printed
    assert "boris" not in printed
    assert check("nobody")[1] is False


@pytest.mark.django_db
def test_an_account_that_was_mended_is_asked_again(cloud: Standin) -> None:
    api_key_account(make_partner("anna"))
    account = Yandex(FOLDER, "yandexgpt-lite/latest", Secret(API_KEY)).account
    breaker.failed(account, Trouble.BILLING, clock.now())
    with pytest.raises(AiError):
        breaker.admit(account, clock.now())
    assert check()[1]
    breaker.admit(account, clock.now())


@pytest.mark.parametrize(
    ("key", "folder", "well"),
    [
        ("", "", True),
        ("k", "f", True),
        ("k", "", False),
        ("", "f", False),
    ],
)
def test_a_key_without_its_folder_is_told_at_start(key: str, folder: str, well: bool) -> None:
    with override_settings(YANDEX_API_KEY=key, YANDEX_FOLDER_ID=folder):
        assert (yandex_key_has_its_folder() == []) == well


def test_the_stand_in_is_for_development_only() -> None:
    with pytest.raises(CommandError):
        call_command("yandex_standin")


@override_settings(DEBUG=True)
@pytest.mark.parametrize("fault", ["quota", "completion=", "completion=bad", "lunch=quota"])
def test_a_fault_that_there_is_not(fault: str) -> None:
    with pytest.raises(CommandError, match="METHOD=FAULT"):
        call_command("yandex_standin", "--fault", fault)


def post(standin: Standin, path: str, body: Any, **headers: str) -> requests.Response:
    headers = {"Authorization": f"Api-Key {API_KEY}"} | headers
    return requests.post(f"{standin.url}{path}", json=body, headers=headers, timeout=5)


def picture(text: str, folder: str = FOLDER) -> dict[str, Any]:
    return {
        "modelUri": f"art://{folder}/yandex-art/latest",
        "generationOptions": {"mimeType": "image/jpeg"},
        "messages": [{"weight": "1", "text": text}],
    }


def test_a_picture_is_done_after_some_looks(cloud: Standin) -> None:
    path = "/foundationModels/v1/imageGenerationAsync"
    number = post(cloud, path, picture("Завтрак")).json()["id"]
    headers = {"Authorization": f"Api-Key {API_KEY}"}
    looks = [requests.get(f"{cloud.url}/operations/{number}", headers=headers, timeout=5).json() for _look in range(3)]
    assert [look["done"] for look in looks] == [False, False, True]
    assert looks[-1]["response"]["image"].startswith("/9j/")  # a JPEG
    assert post(cloud, path, picture("я" * 501)).status_code == 400
    assert requests.get(f"{cloud.url}/operations/none", headers=headers, timeout=5).status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "headers", "code"),
    [
        ("/foundationModels/v1/completion", {}, {}, 400),
        ("/foundationModels/v1/completion", [], {}, 400),
        ("/foundationModels/v1/completion", {}, {"Authorization": ""}, 401),
        ("/foundationModels/v1/completion", {}, {"Authorization": "Bearer t1.old"}, 401),
        ("/foundationModels/v1/lunch", {}, {}, 404),
        ("/completion", {}, {}, 404),
        ("/iam/v1/tokens", {"jwt": "a.b.c"}, {}, 401),
        ("/iam/v1/tokens", {}, {}, 401),
    ],
)
def test_it_refuses_as_the_real_one(cloud: Standin, path: str, body: Any, headers: dict[str, str], code: int) -> None:
    response = post(cloud, path, body, **headers)
    assert response.status_code == code
    assert response.json().get("message") or response.json()["error"]["message"]


def test_ten_embeddings_a_second(cloud: Standin) -> None:
    cloud.cloud.embedded.extend([time.monotonic() + 60] * 10)  # however long the request takes
    body = {"modelUri": f"emb://{FOLDER}/text-search-doc/latest", "text": "раз"}
    assert post(cloud, "/foundationModels/v1/textEmbedding", body).status_code == 429


def test_without_accounts_it_lets_everybody_in() -> None:
    with Standin(Cloud()) as standin:
        body = {"modelUri": "gpt://any/yandexgpt-lite/latest", "messages": [{"role": "user", "text": "Привет"}]}
        assert post(standin, "/foundationModels/v1/completion", body).json()["result"]["usage"]
