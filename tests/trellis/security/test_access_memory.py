"""What is worked out for a model is let go with it: a process sees many models, one for each deploy and each draft."""

from __future__ import annotations

import gc
from weakref import ref

from metamodel import build_model, read_source
from tests.trellis.records.test_sharing import FILES
from trellis.security.access import GrantedAccess
from trellis.security.actor import Actor
from trellis.security.grants import Grants


def test_a_model_that_nobody_uses_is_let_go() -> None:
    access = GrantedAccess()
    model = build_model(read_source(FILES))
    grants = Grants(permission_sets=frozenset({"sales"}), roles=frozenset({"rep_north"}))
    actor = Actor(user_id="u", name="Ned", email="ned@example.org", is_admin=False, channel="api", grants=grants)
    assert access.of(model).decide(actor, "read", "account").allowed
    assert access.of(model).row_filter(actor, "read", "account") is access.of(model).row_filter(
        actor, "read", "account"
    )

    gone = ref(model)
    del model
    gc.collect()
    assert gone() is None
