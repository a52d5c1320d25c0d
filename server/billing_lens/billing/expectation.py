"""What the user expects to pay with: said, demanded by policy, or inferred from evidence."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from billing_lens.billing.credential import short_id
from billing_lens.billing.forced_login import managed_policy
from billing_lens.billing.history import is_subscription, last_subscription
from billing_lens.billing.login import PLANS, account, find_login
from billing_lens.billing.place import Place
from billing_lens.billing.route import Route
from billing_lens.billing.sources import Billing
from billing_lens.machine.machine import Machine

ANY = "any"
"""What a user says who expects nothing in particular: no conflict is reported then."""
EXPECTABLE = (
    *(Billing.SUBSCRIPTION.value, Billing.API_USAGE.value),
    *(Billing.CLOUD_PROVIDER.value, Billing.GATEWAY.value),
    ANY,
)
"""The words for what can be expected to pay."""


class Expectation(Struct, frozen=True):
    """What should pay. `origin` says where that is known from; `place` points to the evidence."""

    billing: Billing | None
    organization: str | None
    origin: str
    place: Place | None = None
    inferred: bool = False
    """Whether it is a conclusion from evidence; nobody said it."""

    @property
    def label(self) -> str:
        """For people: "a subscription of organization 1111…"."""
        payer = _PAYERS.get(self.billing) if self.billing else None
        organization = f"organization {short_id(self.organization)}" if self.organization else None
        return " of ".join(filter(None, (payer, organization))) or "anyone"


_PAYERS = {
    Billing.SUBSCRIPTION: "a subscription",
    Billing.API_USAGE: "API usage",
    Billing.CLOUD_PROVIDER: "a cloud provider",
    Billing.GATEWAY: "a gateway",
}


class Wish(Struct, frozen=True):
    """What the user said, from `origin` ("option --expect", "setting billingLens.expected")."""

    billing: str | None = None
    organization: str | None = None
    origin: str = ""
    place: Place | None = None
    """Where it was said, if in a file."""


def expectation(
    machine: Machine, wish: Wish | None = None, of_team: Wish | None = None
) -> Expectation | None:
    """Return what should pay for Claude Code on `machine`; None when there is no evidence.

    In this order: the user's wish, managed policy, the team's wish, a usable login with a plan, the
    cached account of a subscription, the newest backup that shows one. A wish of one part alone
    (say, billing) is completed with the rest of what is inferred only when both agree.
    """
    if wish is None and _from_policy(machine) is None:
        wish = of_team
    inferences: tuple[Callable[[Machine], Expectation | None], ...] = (
        _from_policy,
        _from_login,
        _from_account,
        _from_backup,
    )
    inferred = next(filter(None, (infer(machine) for infer in inferences)), None)
    if wish is None or not (wish.billing or wish.organization):
        return inferred
    if wish.billing == ANY and not wish.organization:
        return None
    billing = Billing(wish.billing) if wish.billing and wish.billing != ANY else None
    organization = wish.organization
    if organization is None and inferred and inferred.billing is billing:
        organization = inferred.organization
    return Expectation(billing, organization, wish.origin, wish.place)


def is_as_expected(route: Route, expected: Expectation | None) -> bool | None:
    """Return whether `route` pays as expected; None when nothing is expected.

    An organization that the route does not name is not held against it, unless nobody pays at all.
    """
    if expected is None:
        return None
    if expected.billing is not None and route.billing is not expected.billing:
        return False
    if expected.organization and route.billing is Billing.NONE:
        return False
    known = route.organization.id if route.organization else None
    return not (expected.organization and known and known != expected.organization)


def _from_policy(machine: Machine) -> Expectation | None:
    policy = managed_policy(machine)
    method = {"claudeai": Billing.SUBSCRIPTION, "console": Billing.API_USAGE}.get(
        policy.method or ""
    )
    allowed = policy.organizations or ()
    organization = allowed[0] if len(allowed) == 1 else None
    if method is None and organization is None:
        return None
    return Expectation(method, organization, "policy", policy.place)


def _from_login(machine: Machine) -> Expectation | None:
    for login in find_login(machine):
        if login.can_be_chosen and login.plan in PLANS:
            organization = login.organization.id if login.organization else None
            origin = f"your Claude {login.plan.title()} login"
            return _inferred(organization, origin, login.place)
    return None


def _from_account(machine: Machine) -> Expectation | None:
    known = account(machine)
    if known is None:
        return None
    cached, file = known
    if not is_subscription(cached):
        return None
    place = Place(file.path, "/oauthAccount")
    return _inferred(cached.organizationUuid, "your last account", place)


def _from_backup(machine: Machine) -> Expectation | None:
    last = last_subscription(machine)
    if last is None:
        return None
    origin = "a backup of your last subscription account"
    return _inferred(last[0].organizationUuid, origin, Place(last[1], ""))


def _inferred(organization: str | None, origin: str, place: Place) -> Expectation:
    return Expectation(Billing.SUBSCRIPTION, organization, origin, place, inferred=True)
