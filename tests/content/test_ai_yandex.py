"""YandexGPT over HTTP: keys, tokens, limits, and what its refusals mean."""

from __future__ import annotations

import base64
import json
import logging
import math
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from content.ai.http import Authorization
from content.ai.iam import ServiceKey, assertion
from content.ai.standin import Fault, Standin
from content.ai.troubles import AiError, Trouble
from content.ai.types import Prompt, Turn
from content.ai.yandex import Yandex
from content.models import AiAccount
from partners.fields import Secret
from tests.database import places_of
from tests.yandex import API_KEY, FOLDER, PEM, running_cloud

PROMPT = Prompt("Отвечай.", (Turn("user", "Готов?"),))
WITH_API_KEY = Yandex(FOLDER, "yandexgpt-lite/latest", Secret(API_KEY))
SERVICE_KEY = ServiceKey("ajeservice", "ajekey", Secret(PEM))
WITH_SERVICE_KEY = Yandex(FOLDER, "yandexgpt-lite/latest", Secret(""), SERVICE_KEY)


@pytest.fixture
def cloud() -> Iterator[Standin]:
    with running_cloud() as standin:
        yield standin


def trouble(yandex: Yandex, prompt: Prompt = PROMPT) -> Trouble:
    with pytest.raises(AiError) as raised:
        yandex.complete(prompt)
    assert raised.value.sentence
    assert str(raised.value) == raised.value.trouble.value  # nothing of what the provider wrote
    return raised.value.trouble


def test_a_completion(cloud: Standin) -> None:
    completion = WITH_API_KEY.complete(PROMPT)
    assert completion.text
    assert (completion.status, completion.model) == ("ok", "yandexgpt-lite/latest")
    assert completion.tokens_in > 0 < completion.tokens_out
    [call] = cloud.asked("completion")
    assert call.headers["authorization"] == f"Api-Key {API_KEY}"
    assert [message["role"] for message in call.body["messages"]] == ["system", "user"]
    assert call.body["completionOptions"] == {"stream": False, "temperature": 0.3, "maxTokens": "800"}


@pytest.mark.parametrize(
    ("yandex", "expected"),
    [
        (Yandex(FOLDER, "yandexgpt-lite/latest", Secret("AQVNwrong")), Trouble.WRONG_KEY),
        (Yandex("b1gother", "yandexgpt-lite/latest", Secret(API_KEY)), Trouble.WRONG_FOLDER),
        (Yandex(FOLDER, "unknown/latest", Secret(API_KEY)), Trouble.NO_MODEL),
    ],
)
def test_what_is_entered_wrongly_is_named(cloud: Standin, yandex: Yandex, expected: Trouble) -> None:
    assert trouble(yandex) == expected
    assert len(cloud.calls) == 1


def test_a_prompt_that_is_too_long(cloud: Standin) -> None:
    assert trouble(WITH_API_KEY, Prompt("слово " * 9_000, ())) == Trouble.TOO_LONG


@pytest.mark.parametrize(
    ("fault", "expected", "asked"),
    [
        (Fault.NO_ROLE, Trouble.FORBIDDEN, 1),
        (Fault.BILLING, Trouble.BILLING, 1),
        (Fault.QUOTA, Trouble.QUOTA, 3),
        (Fault.DOWN, Trouble.DOWN, 3),
        (Fault.CUT, Trouble.SLOW, 1),
        (Fault.NONSENSE, Trouble.NONSENSE, 1),
    ],
)
def test_only_what_is_free_is_repeated(cloud: Standin, fault: Fault, expected: Trouble, asked: int) -> None:
    cloud.always["completion"] = fault
    assert trouble(WITH_API_KEY) == expected
    assert len(cloud.calls) == asked


def test_a_missing_role_may_also_be_the_bill() -> None:
    sentence = AiError(Trouble.FORBIDDEN).sentence
    assert "ai.languageModels.user" in sentence
    assert "403" in sentence


def test_nobody_listens() -> None:
    with running_cloud() as stopped:
        url = stopped.url
    with override_settings(YANDEX_LLM_URL=url, AI_RETRY_PAUSES=[0]):
        assert trouble(WITH_API_KEY) == Trouble.DOWN


# Tokens of a service account


@pytest.mark.django_db
def test_a_token_is_kept_for_an_hour_and_never_stored_in_the_open(cloud: Standin) -> None:
    for _call in range(3):
        WITH_SERVICE_KEY.complete(PROMPT)
    assert len(cloud.asked("iam")) == 1
    [token] = cloud.cloud.tokens
    assert cloud.asked("completion")[0].headers["authorization"] == f"Bearer {token}"
    assert places_of(token, PEM.splitlines()[3]) == set()
    row = AiAccount.objects.get()
    left = (row.token_renew_at or timezone.now()) - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    AiAccount.objects.update(token_renew_at=timezone.now())
    WITH_SERVICE_KEY.complete(PROMPT)
    assert len(cloud.asked("iam")) == 2


@pytest.mark.django_db
def test_a_token_that_is_always_refused_is_renewed_once(cloud: Standin) -> None:
    cloud.always["completion"] = Fault.EXPIRED
    assert trouble(WITH_SERVICE_KEY) == Trouble.WRONG_KEY
    assert (len(cloud.asked("iam")), len(cloud.asked("completion"))) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_of_many_callers_one_renews_the_token(cloud: Standin) -> None:
    WITH_SERVICE_KEY.complete(PROMPT)
    cloud.cloud.tokens.clear()
    together, texts = threading.Barrier(5), []

    def call() -> None:
        try:
            together.wait(60)
            texts.append(WITH_SERVICE_KEY.complete(PROMPT).text)
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(texts) == 5
    assert len(cloud.asked("iam")) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("pem", ["", "no key", PEM.replace("M", "N"), PEM[:200]])
def test_a_private_key_that_is_none(cloud: Standin, pem: str) -> None:
    key = ServiceKey("ajeservice", "ajekey", Secret(pem))
    assert trouble(Yandex(FOLDER, "yandexgpt-lite/latest", Secret(""), key)) == Trouble.BAD_KEY_FILE
    assert cloud.calls == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "pem", ["PLEASE DO NOT REMOVE THIS LINE! Yandex.Cloud SA Key ID <aje>\n" + PEM, PEM.replace("\n", "\\n")]
)
def test_a_private_key_as_people_paste_it(cloud: Standin, pem: str) -> None:
    key = ServiceKey("ajeservice", "ajekey", Secret(pem))
    assert Yandex(FOLDER, "yandexgpt-lite/latest", Secret(""), key).complete(PROMPT).text


@pytest.mark.django_db
def test_a_key_that_iam_does_not_know(cloud: Standin) -> None:
    key = ServiceKey("ajeservice", "ajeother", Secret(PEM))
    assert trouble(Yandex(FOLDER, "yandexgpt-lite/latest", Secret(""), key)) == Trouble.WRONG_KEY
    assert cloud.asked("completion") == []


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [Fault.CUT, Fault.NONSENSE, Fault.DOWN])
def test_without_a_token_nothing_was_charged(cloud: Standin, fault: Fault) -> None:
    cloud.always["iam"] = fault
    with pytest.raises(AiError) as raised:
        WITH_SERVICE_KEY.complete(PROMPT)
    assert not raised.value.perhaps_charged


def test_the_assertion_asks_for_an_hour() -> None:
    head, claims = (
        json.loads(base64.urlsafe_b64decode(part + "==")) for part in assertion(SERVICE_KEY, 1_000).split(".")[:2]
    )
    assert head == {"typ": "JWT", "alg": "PS256", "kid": "ajekey"}
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("ajeservice", 3_600)
    assert claims["aud"] == "https://iam.api.cloud.yandex.net/iam/v1/tokens"


# Embeddings


def test_embeddings_of_similar_texts_are_near(cloud: Standin) -> None:
    def similarity(one: str, other: str) -> float:
        return sum(map(float.__mul__, WITH_API_KEY.embed(one, "doc").vector, WITH_API_KEY.embed(other, "query").vector))

    assert similarity("доставка заказа", "доставку заказать") > similarity("доставка заказа", "витамин для волос") + 0.3
    assert math.isclose(similarity("коктейль", "коктейль"), 1, abs_tol=0.001)
    assert [call.body["modelUri"].split("/")[3] for call in cloud.asked("textEmbedding")[:2]] == [
        "text-search-doc",
        "text-search-query",
    ]


def test_a_long_text_is_embedded_by_its_beginning(cloud: Standin) -> None:
    assert len(WITH_API_KEY.embed("слово " * 5_000, "doc").vector) == 256


# Secrets


@pytest.mark.django_db
def test_no_secret_is_shown(cloud: Standin, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    shown = []
    for yandex in (WITH_API_KEY, WITH_SERVICE_KEY):
        yandex.complete(PROMPT)
        for fault in Fault:
            if fault not in (Fault.SLOW, Fault.TRUNCATED, Fault.CUT_WORD, Fault.FILTERED):
                cloud.always["completion"] = fault
                with pytest.raises(AiError) as raised:
                    yandex.complete(PROMPT)
                shown += [repr(raised.value), str(raised.value), raised.value.sentence, str(raised.getrepr(chain=True))]
        cloud.always.clear()
        shown += [repr(yandex), yandex.account, str(yandex.places)]
    shown += [repr(AiAccount.objects.values_list("key", "trouble")), repr(Authorization("Api-Key", Secret(API_KEY)))]
    everything = "\n".join(shown) + caplog.text
    secrets = [API_KEY, *cloud.cloud.tokens, *PEM.splitlines()[1:-1]]
    assert [secret for secret in secrets if secret in everything] == []
