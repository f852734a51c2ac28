from http import HTTPStatus

import pytest

pytestmark = pytest.mark.django_db


def test_browsers_find_an_icon_beside_a_paper(client):
    response = client.get("/favicon.ico")

    assert response.status_code == HTTPStatus.FOUND
    assert response["Location"] == "/static/img/mark.svg"
    assert "public" in response["Cache-Control"]
    assert not response.cookies


def test_an_icon_takes_no_post(client):
    assert client.post("/favicon.ico").status_code == HTTPStatus.METHOD_NOT_ALLOWED
