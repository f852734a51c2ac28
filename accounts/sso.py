"""The company's identity provider: leading people there, and what may be believed of its answer.

allauth's OpenID Connect provider keeps the state in the session, proves the code by its key (PKCE)
and exchanges it. What it leaves open is closed here: the configuration has to be that of the issuer
asked for, the ID token is signed by the issuer's key, is for us, fresh and answers the very request
(nonce), and what else is read about the person is about the same one. Every call is bounded and
encrypted (`portal.lib.http`).

Nothing here knows who may come in; that is `accounts.services.staff_sign_in`.
"""

import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from accounts.services import staff_sign_in
from accounts.services.staff_sign_in import PROVIDER, Identity
from portal.lib import http
from portal.lib.links import absolute

__all__ = [
    "NotBelieved",
    "ProviderAway",
    "allow_form",
    "authorization_url",
    "identity_of",
    "name",
    "take_state",
]

# Signatures by a key that the provider keeps for itself; never by a secret that both sides know.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
# Seconds by which the clocks of two machines may differ.
LEEWAY = 60
MOST_ROLES = 500

_ERROR_CODE = re.compile(r"^[a-zA-Z0-9_]{1,60}$")
_ERROR_IN_BODY = re.compile(r'"error"\s*:\s*"([a-zA-Z0-9_]{1,60})"')


class NotBelieved(Exception):
    """The answer proves nothing. `reason` is a word for the log and holds nothing personal."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class ProviderAway(NotBelieved):
    """The provider does not answer, or not as one does; the person did nothing wrong."""


def name() -> str:
    """What people call the provider."""
    return settings.OIDC_NAME


def allow_form(response: HttpResponse) -> HttpResponse:
    """Let a form of this page end at the provider; browsers drop the redirect to it otherwise."""
    if staff_sign_in.is_configured():
        issuer = urlsplit(settings.OIDC_ISSUER)
        origins = [f"{issuer.scheme}://{issuer.netloc}", *settings.OIDC_FORM_ORIGINS]
        vars(response)["_csp_update"] = {"form-action": origins}
    return response


def authorization_url(request: HttpRequest, *, email: str, next_url: str | None) -> str:
    """Where to send the person who typed this address. Raises ProviderAway.

    The typed address and the page to return to stay in the session under the state, for ten
    minutes and one answer.
    """
    adapter = _Adapter(request, PROVIDER)
    provider = adapter.get_provider()
    nonce = secrets.token_urlsafe(24)
    parameters = provider.get_pkce_params()
    verifier = parameters.pop("code_verifier")
    with _honest():
        client = adapter.get_client(request, provider.app)
        address = adapter.authorize_url
    client.state = provider.stash_redirect_state(
        request,
        "login",
        next_url,
        {"email": email, "nonce": nonce},
        pkce_code_verifier=verifier,
    )
    parameters |= {"nonce": nonce, "login_hint": email}
    return client.get_redirect_url(address, settings.OIDC_SCOPES, parameters)


def take_state(request: HttpRequest) -> dict[str, Any]:
    """What was kept for this answer: the address typed, the page to return to, the secrets.

    Raises NotBelieved for an answer that this browser has not asked for, or not within ten minutes,
    or has had already: the state is used up by the first answer, whatever that is worth.
    """
    provider = _Adapter(request, PROVIDER).get_provider()
    try:
        return provider.unstash_redirect_state(request, request.GET.get("state", ""))
    except PermissionDenied:
        raise NotBelieved("state") from None


def identity_of(request: HttpRequest, state: Mapping[str, Any]) -> Identity:
    """Who the provider says has come. Raises NotBelieved, and ProviderAway where it is to blame."""
    code = request.GET.get("code", "")
    if not code or "error" in request.GET:
        error = request.GET.get("error", "")
        raise NotBelieved(error if _ERROR_CODE.match(error) else "no_code")
    adapter = _Adapter(request, PROVIDER)
    with _honest():
        _check_issuer_of_answer(adapter.openid_config, request.GET.get("iss"))
        client = adapter.get_client(request, adapter.get_provider().app)
        tokens = client.get_access_token(code, pkce_code_verifier=state["pkce_code_verifier"])
        claims = _claims(adapter, tokens["id_token"], nonce=state["data"]["nonce"])
        claims = _completed(adapter, claims, access_token=tokens["access_token"])
        return _identity(claims)


class _Adapter(OpenIDConnectOAuth2Adapter):
    """allauth's, for the one provider of the settings; those kept in its tables are not used."""

    def get_provider(self) -> OpenIDConnectProvider:
        app = SocialApp(
            provider="openid_connect",
            provider_id=PROVIDER,
            name=name()[:40],
            client_id=settings.OIDC_CLIENT_ID,
            secret=settings.OIDC_CLIENT_SECRET,
            settings={
                "server_url": settings.OIDC_CONFIGURATION or settings.OIDC_ISSUER.rstrip("/"),
                "oauth_pkce_enabled": True,
            },
        )
        return OpenIDConnectProvider(self.request, app=app)

    @property
    def openid_config(self) -> dict[str, Any]:
        config = super().openid_config
        if not isinstance(config, dict):
            raise ProviderAway("configuration")
        # Another issuer's keys would let it sign people of this one in.
        if str(config["issuer"]).rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
            raise NotBelieved("issuer_of_configuration")
        for endpoint in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            http.require_encryption(config[endpoint])
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """As it is registered at the provider, whatever host the request came by."""
        return absolute(reverse("account_provider_callback"))


@contextmanager
def _honest() -> Iterator[None]:
    """Turns what goes wrong with the provider into NotBelieved or ProviderAway."""
    try:
        yield
    except NotBelieved:
        raise
    except OAuth2Error as error:
        found = _ERROR_IN_BODY.search(str(error))
        # allauth's words hold the whole answer.
        raise NotBelieved(f"token_{found[1]}" if found else "token_refused") from None
    except jwt.PyJWTError as error:
        raise NotBelieved(f"id_token_{type(error).__name__}") from error
    except http.BadAddress as error:
        raise ProviderAway("bad_address") from error
    except (http.NoAnswer, http.UnusableAnswer, OSError) as error:
        raise ProviderAway("no_answer") from error
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise ProviderAway("malformed_answer") from error


def _check_issuer_of_answer(config: Mapping[str, Any], issuer: str | None) -> None:
    """RFC 9207: an answer that says which provider it is of has to be of ours."""
    promised = config.get("authorization_response_iss_parameter_supported") is True
    if (promised or issuer is not None) and issuer != config["issuer"]:
        raise NotBelieved("issuer_of_answer")


def _claims(adapter: _Adapter, id_token: str, *, nonce: str) -> dict[str, Any]:
    config = adapter.openid_config
    keys = jwt.PyJWKSet.from_dict(_read(config["jwks_uri"]))
    claims = jwt.decode(
        id_token,
        key=_key(keys, jwt.get_unverified_header(id_token).get("kid")),
        algorithms=ALGORITHMS,
        audience=settings.OIDC_CLIENT_ID,
        issuer=config["issuer"],
        leeway=LEEWAY,
        options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
    )
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise NotBelieved("id_token_for_another")
    if not constant_time_compare(str(claims["nonce"]), nonce):
        raise NotBelieved("nonce")
    return claims


def _key(keys: jwt.PyJWKSet, key_id: str | None) -> jwt.PyJWK:
    """The key the token names; a token that names none may be signed by the only one."""
    named = [key for key in keys.keys if key_id is None or key.key_id == key_id]
    if len(named) != 1:
        raise NotBelieved("id_token_key")
    return named[0]


def _completed(adapter: _Adapter, claims: dict[str, Any], *, access_token: str) -> dict[str, Any]:
    """The claims with what the provider tells at its userinfo address alone."""
    wanted = (settings.OIDC_EMAIL_CLAIM, settings.OIDC_ROLES_CLAIM)
    address = adapter.openid_config.get("userinfo_endpoint")
    if not address or all(_claim(claims, wish) is not None for wish in wanted):
        return claims
    more = _read(address, headers={"Authorization": f"Bearer {access_token}"})
    if more.get("sub") != claims["sub"]:
        raise NotBelieved("userinfo_of_another")
    return more | claims


def _read(address: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    with get_adapter().get_requests_session() as session:
        answer = session.get(address, headers=headers)
        answer.raise_for_status()
        return dict(answer.json())


def _identity(claims: Mapping[str, Any]) -> Identity:
    first_names, _, last_name = str(claims.get("name") or "").rpartition(" ")
    return Identity(
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        email=str(_claim(claims, settings.OIDC_EMAIL_CLAIM) or ""),
        email_is_verified=_is_verified(claims.get("email_verified")),
        first_name=str(claims.get("given_name") or first_names),
        last_name=str(claims.get("family_name") or last_name),
        language=str(claims.get("locale") or "")[:2].lower(),
        roles=tuple(_texts(_claim(claims, settings.OIDC_ROLES_CLAIM)))[:MOST_ROLES],
    )


def _is_verified(value: object) -> bool:
    """Some providers write the word instead of the truth value; others trust their directory.

    What is said is said of the claim `email`; of another one only the operator knows.
    """
    if value is None or settings.OIDC_EMAIL_CLAIM != "email":
        return bool(settings.OIDC_EMAIL_TRUSTED)
    return value is True or value == "true"


def _claim(claims: Mapping[str, Any], wish: str) -> Any:
    """A claim by its name, or by a path of names with dots between: `realm_access.roles`."""
    if wish in claims:
        return claims[wish]
    found: Any = claims
    for part in wish.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(value: object) -> Iterable[str]:
    values = value if isinstance(value, list) else [value]
    return (text for text in values if isinstance(text, str) and text and "\0" not in text)
