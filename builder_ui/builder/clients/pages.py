"""OAuth clients: the list of all, a new one, and one alone with what its program has to be told. Data: what changes holds at once."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response

from builder_ui.builder.clients.form import Typed, build_widgets, client_input, posted_client, typed_client
from builder_ui.builder.clients.model import ClientForm, ClientList, ClientRow, Fact, KindChoice
from builder_ui.builder.frame import CLIENTS, render_builder
from builder_ui.confirming import sensitive
from builder_ui.toasts import leave_toast
from builder_ui.translation import Words
from builder_ui.visit import Visit, to
from trellis.errors import FieldError, InvalidRecord, NotFound
from trellis.security.access import require
from trellis.security.oauth import clients
from trellis.security.oauth.endpoints import issuer_of
from trellis.security.oauth.keys import list_keys, rotate_keys
from trellis.security.oauth.model import KINDS, Client, ClientKind
from trellis.security.users import list_users

ADDRESS = "/builder/clients"
_ICONS = {"confidential": "server", "public": "device-mobile", "service": "robot"}  # icons: server device-mobile robot


async def client_list(visit: Visit) -> Response:
    found = await clients.list_clients(visit.tenant, visit.runtime.access, visit.actor)
    signing = [one for one in await list_keys(visit.tenant, visit.runtime.access, visit.actor) if not one.retired_at]
    page = ClientList(
        clients=tuple(_row(visit, one) for one in found),
        kinds=tuple(
            KindChoice(
                href=f"{ADDRESS}/new/{kind}",
                icon=_ICONS[kind],
                label=_kind_label(visit.words, kind),
                text=_kind_text(visit.words, kind),
            )
            for kind in KINDS
        ),
        keys_since=visit.formats.since(signing[0].created_at, visit.now) if signing else "",
    )
    return await render_builder(visit, "clients.html", page, here=CLIENTS)


async def new_client(visit: Visit) -> Response:
    require(visit.runtime.access, visit.actor, "administer")
    kind = _kind(visit)
    return await _show_new(visit, kind, Typed(scopes=frozenset()) if kind == "service" else Typed())


@sensitive
async def add_client(visit: Visit) -> Response:
    kind, typed = _kind(visit), posted_client(visit)
    try:
        made = await clients.create_client(
            visit.tenant, visit.runtime.access, visit.actor, client_input(kind, typed), now=visit.now
        )
    except InvalidRecord as error:
        return await _show_new(visit, kind, typed, error.fields)
    return await _show(visit, made.client, typed_client(made.client), secret=made.secret or "")


async def client_page(visit: Visit) -> Response:
    client = await _get(visit)
    return await _show(visit, client, typed_client(client))


@sensitive
async def change_client(visit: Visit) -> Response:
    client = await _get(visit)
    access, actor, words = visit.runtime.access, visit.actor, visit.words
    do = visit.posted("do")
    if do == "delete":
        await clients.delete_client(visit.tenant, access, actor, client.id, now=visit.now)
        return leave_toast(to(ADDRESS), words.say("%(name)s deleted, its tokens have ended", name=client.name))
    if do == "secret":
        made = await clients.renew_secret(visit.tenant, access, actor, client.id, now=visit.now)
        return await _show(visit, made.client, typed_client(made.client), secret=made.secret or "")
    typed = posted_client(visit)
    try:
        given = client_input(client.kind, typed)
        await clients.change_client(visit.tenant, access, actor, client.id, given, now=visit.now)
    except InvalidRecord as error:
        return await _show(visit, client, typed, refused=error.fields)
    return leave_toast(to(f"{ADDRESS}/{client.id}"), words.say("%(name)s saved", name=typed.name))


@sensitive
async def rotate(visit: Visit) -> Response:
    await rotate_keys(visit.tenant, visit.runtime.access, visit.actor, now=visit.now)
    return leave_toast(to(ADDRESS), visit.words.say("Another key signs from now on"))


async def _get(visit: Visit) -> Client:
    return await clients.get_client(visit.tenant, visit.runtime.access, visit.actor, visit.part("id"))


async def _show_new(visit: Visit, kind: ClientKind, typed: Typed, refused: Sequence[FieldError] = ()) -> Response:
    page = ClientForm(
        title=visit.words.say("New OAuth client"),
        kind=_kind_label(visit.words, kind),
        action=f"{ADDRESS}/new/{kind}",
        widgets=build_widgets(visit.words, kind, typed, await list_users(visit.tenant), refused),
    )
    return await render_builder(visit, "client.html", page, here=CLIENTS, status=422 if refused else 200)


async def _show(
    visit: Visit, client: Client, typed: Typed, refused: Sequence[FieldError] = (), secret: str = ""
) -> Response:
    issuer = issuer_of(visit.runtime.settings.base_url, visit.tenant.name)
    words = visit.words
    page = ClientForm(
        title=client.name,
        kind=_kind_label(words, client.kind),
        action=f"{ADDRESS}/{client.id}",
        widgets=build_widgets(words, client.kind, typed, await list_users(visit.tenant), refused),
        facts=(
            Fact(label=words.say("Client id"), value=client.id),
            Fact(label=words.say("Issuer"), value=issuer),
            Fact(label=words.say("Where everything is"), value=f"{issuer}/.well-known/openid-configuration"),
        ),
        secret=secret,
        has_secret=client.kind != "public",
    )
    response = await render_builder(visit, "client.html", page, here=CLIENTS, status=422 if refused else 200)
    if secret:
        response.headers["Cache-Control"] = "no-store"
    return response


def _kind(visit: Visit) -> ClientKind:
    kind = visit.part("kind")
    if kind not in KINDS:
        raise NotFound(visit.words.say("There is no page at %(path)s.", path=visit.request.url.path))
    return kind


def _row(visit: Visit, client: Client) -> ClientRow:
    return ClientRow(
        name=client.name,
        id=client.id,
        href=f"{ADDRESS}/{client.id}",
        kind=_kind_label(visit.words, client.kind),
        icon=_ICONS[client.kind],
        since=visit.formats.since(client.created_at, visit.now),
    )


def _kind_label(words: Words, kind: ClientKind) -> str:
    return {
        "confidential": lambda: words.say("Web application"),
        "public": lambda: words.say("App without a server"),
        "service": lambda: words.say("Service"),
    }[kind]()


def _kind_text(words: Words, kind: ClientKind) -> str:
    return {
        "confidential": lambda: words.say(
            "Runs on a server, keeps a secret. People let it act for them, or sign in by it."
        ),
        "public": lambda: words.say("Runs in a browser, on a phone or a desktop, where no secret keeps."),
        "service": lambda: words.say("Works by itself, in the name of one user."),
    }[kind]()


PAGES = ((ADDRESS, client_list), (f"{ADDRESS}/new/{{kind}}", new_client), (f"{ADDRESS}/{{id}}", client_page))
ACTIONS = (
    (f"{ADDRESS}/keys", rotate),
    (f"{ADDRESS}/new/{{kind}}", add_client),
    (f"{ADDRESS}/{{id}}", change_client),
)
