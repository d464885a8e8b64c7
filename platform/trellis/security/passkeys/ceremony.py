"""What the library does: options for the browser, and whether what an authenticator signed holds. Pure but for the verifying itself.

The authenticator must see its owner (user verification): without, a passkey would be one factor only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from uuid import UUID

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from trellis.security.passkeys.credential import PasskeyInvalid, Registered, Shown
from trellis.security.passkeys.relying_party import RelyingParty

SITE_NAME = "Trellis"
LONGEST_CREDENTIAL = 20_000
LONGEST_CREDENTIAL_ID = 1_400
PATIENCE_MS = 120_000


def registration_options(
    party: RelyingParty, challenge: bytes, *, user_id: str, email: str, name: str, known: Iterable[str]
) -> str:
    """JSON for the browser. `known`: the ids of passkeys that the user has here, so that no device makes a second one."""
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=SITE_NAME,
        user_id=UUID(user_id).bytes,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        timeout=PATIENCE_MS,
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return options_to_json(options)


def request_options(party: RelyingParty, challenge: bytes, known: Iterable[str] = ()) -> str:
    """JSON for the browser. `known`: the ids that will do; none: whichever the owner chooses."""
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=PATIENCE_MS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def read_challenge(credential: str) -> bytes:
    """The challenge that a new passkey answers. Raises PasskeyInvalid."""
    try:
        response = json.loads(_bounded(credential))["response"]
        return parse_client_data_json(base64url_to_bytes(response["clientDataJSON"])).challenge
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PasskeyInvalid(str(error)) from error


def verify_registration(credential: str, party: RelyingParty, challenge: bytes) -> Registered:
    """Raises PasskeyInvalid."""
    try:
        verified = verify_registration_response(
            credential=_bounded(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PasskeyInvalid(str(error)) from error
    credential_id = bytes_to_base64url(verified.credential_id)
    if len(credential_id) > LONGEST_CREDENTIAL_ID:
        raise PasskeyInvalid("the id of the credential is too long")
    return Registered(
        credential_id=credential_id,
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
        is_backed_up=verified.credential_backed_up,
    )


def read_shown(credential: str) -> Shown:
    """Raises PasskeyInvalid."""
    try:
        parsed = parse_authentication_credential_json(_bounded(credential))
        data = parse_client_data_json(parsed.response.client_data_json)
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PasskeyInvalid(str(error)) from error
    return Shown(credential_id=bytes_to_base64url(parsed.raw_id), challenge=data.challenge)


def verify_assertion(
    credential: str, party: RelyingParty, challenge: bytes, *, public_key: str, sign_count: int
) -> int:
    """The count of signatures that the authenticator tells now. Raises PasskeyInvalid, also when the count shows that there are two."""
    try:
        verified = verify_authentication_response(
            credential=_bounded(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(public_key),
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, RecursionError) as error:
        raise PasskeyInvalid(str(error)) from error
    return verified.new_sign_count


def _bounded(credential: str) -> str:
    if len(credential) > LONGEST_CREDENTIAL:
        raise ValueError("the credential is too long")
    return credential
