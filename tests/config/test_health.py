import pytest
from django.test import Client


@pytest.mark.django_db
def test_ready_with_both_servers(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok\n")
