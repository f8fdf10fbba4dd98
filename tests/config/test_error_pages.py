"""What people see when something is wrong: in their language, and what to do."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from tests.factories import make_partner
from tests.personas import client_of, colleague, operator

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"


def test_a_page_that_is_not_there() -> None:
    response = Client().get("/no-such-page")
    assert response.status_code == 404
    assert "Вернитесь в чат" in response.content.decode()


def test_a_form_that_is_not_there_any_more() -> None:
    response = Client().get(reverse("join:overview", args=["x" * 43]))
    assert response.status_code == 404
    assert "Начните новую" in response.content.decode()


def test_a_request_too_large() -> None:
    response = Client().post(LOGIN, {"username": "x" * 6_000_000})
    assert response.status_code == 400
    assert "поменьше за один раз" in response.content.decode()


def test_a_form_that_stood_open_too_long() -> None:
    response = Client(enforce_csrf_checks=True).post(LOGIN, {"username": "anna"})
    assert response.status_code == 403
    assert "Страница устарела" in response.content.decode()


def test_a_page_of_others() -> None:
    response = client_of(colleague(make_partner())).get(reverse("admin:auth_user_changelist"))
    assert response.status_code == 403
    assert "попросите оператора" in response.content.decode()


def test_a_mistake_of_ours() -> None:
    response = server_error(RequestFactory().get("/"))
    assert response.status_code == 500
    assert "Ошибка записана в журнал" in response.content.decode()


def test_the_keyboard_gets_past_the_menu() -> None:
    page = client_of(operator()).get(reverse("admin:index")).content.decode()
    assert page.index('href="#content"') < page.index("<nav") < page.index('id="content"')
