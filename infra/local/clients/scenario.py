"""What an agenta client must see of Wardroom, whichever release it is.

The two releases differ in names and in what they can call, so each has a file
of its own that wraps its client in the same few methods; this one says what is
called and what has to come back. It needs the demo data, freshly loaded, and
changes them.
"""

import sys
import traceback

from expected import *  # noqa: F403 - the vocabulary of this page


class Run:
    """Prints one line a check and remembers whether any failed."""

    def __init__(self):
        self.failed = 0
        self.passed = 0

    def equal(self, what, got, want):
        if got == want:
            self.passed += 1
            print("ok   " + what)
        else:
            self.failed += 1
            print(f"FAIL {what}\n     got  {got!r}\n     want {want!r}")

    def value(self, what, call, want):
        try:
            got = call()
        except Exception:  # whatever the client raises is the finding
            got = traceback.format_exc(limit=-1)
        self.equal(what, got, want)

    def refused(self, what, call, status, body):
        """The call must be refused with this status and this very body."""
        try:
            got = ("no refusal", call())
        except Exception as e:
            if not hasattr(e, "status_code"):
                got = traceback.format_exc(limit=-1)
            else:
                # A parsed 422 is a model of the client's own.
                got = (e.status_code, e.body if isinstance(e.body, dict) else plain(e.body))
        self.equal(what, got, (status, body))

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)


def play(connect):
    """connect(key, prefix=True) wraps a client that sends key verbatim."""
    run = Run()
    owner = connect("ApiKey " + OWNER)
    viewer, rank, foreign = connect(VIEWER), connect(GLOBAL), connect(FOREIGN)

    read(run, connect, owner, viewer, rank, foreign)
    roles(run, owner, viewer, rank)
    refusals(run, connect, owner, viewer, foreign)
    removal(run, connect, owner, viewer)
    run.end()


def read(run, connect, owner, viewer, rank, foreign):
    if hasattr(owner, "list"):
        one = [("7", "default")]
        listed = lambda c: lambda: [(w.id, w.type) for w in c.list()]
        run.value("an owner lists their workspaces", listed(owner), one)
        run.value("a viewer lists their workspaces", listed(viewer), one)
        run.value("a rank alone lists none", listed(rank), [])
        run.value("another organisation lists its own", listed(foreign), [("9", "default")])
    run.value(
        "the six roles",
        lambda: plain(viewer.roles()),
        [{"role_name": n, "role_description": d} for n, (d, _) in ROLES.items()],
    )
    run.value("the 31 permissions, in order", viewer.permissions, PERMISSIONS)
    organization = lambda: [
        (o["id"], o["name"], type(o["description"]).__name__, o["owner"], o["owner_id"], o["type"],
         "7" in o["workspaces"], "7" in o["members"])
        for o in plain(owner.organizations())
    ]
    want = [("1", "Organization Name", "str", "1", "1", "default", True, True)]
    run.value("the caller's organization", organization, want)

    for who, client in (("a viewer", viewer), ("an admin rank", rank)):
        run.value(f"{who} reads the workspace", lambda: facts(client.one("7")), FACTS_7)
        run.value(f"{who} reads its members", lambda: members(client.one("7")), ALL_THREE)
    bare = connect(OWNER, prefix=False)
    run.value("without /api, with the bare key", lambda: facts(bare.one("7")), FACTS_7)
    run.value("with a trailing slash", lambda: facts(owner.one("7/")), FACTS_7)
    run.value(
        "an unknown query parameter is ignored",
        lambda: facts(owner.raw("GET", "workspaces/7", params={"zzz": "1"})),
        FACTS_7,
    )


def roles(run, owner, viewer, rank):
    role_of = lambda email: lambda: [
        r["role_name"] for m in members(owner.one("7")) if m["user"]["email"] == email
        for r in m["roles"]
    ]
    run.value("assign editor", lambda: owner.assign("7", U15, "1", "editor"), True)
    run.value("the role is shown at once", role_of(U15), ["editor"])
    run.value("assign it again", lambda: owner.assign("7", U15, "1", "editor"), True)
    run.value("the e-mail's case is folded", lambda: owner.assign("7", U15.upper(), "1", "evaluator"), True)
    run.value("and the role is shown", role_of(U15), ["evaluator"])
    run.value(
        "unknown body fields are ignored",
        lambda: owner.raw(
            "POST", "workspaces/7/roles",
            json={"email": U15, "organization_id": "1", "role": "deployment_manager", "zzz": {"a": 1}},
        ),
        True,
    )
    run.value("unassign a role they don't hold", lambda: owner.unassign("7", U15, "1", "editor"), True)
    run.value("changes nothing", role_of(U15), ["deployment_manager"])
    run.value("unassign the one they hold", lambda: owner.unassign("7", U15, "1", "deployment_manager"), True)
    run.value("leaves a viewer", role_of(U15), ["viewer"])

    run.refused("the last owner can't be demoted", lambda: owner.assign("7", U7, "1", "viewer"), 403, FORBIDDEN)
    run.refused("nor lose the role", lambda: owner.unassign("7", U7, "1", "owner"), 403, FORBIDDEN)
    run.value("an owner makes another owner", lambda: owner.assign("7", U15, "1", "owner"), True)
    run.value("who may then demote the first", lambda: viewer.assign("7", U7, "1", "editor"), True)
    run.value("and be demoted by a global admin", lambda: rank.assign("7", U7, "1", "owner"), True)
    run.value("once another owner remains", lambda: rank.assign("7", U15, "1", "workspace_admin"), True)
    admin = viewer  # user 15 is workspace_admin now
    run.refused("a workspace_admin makes nobody owner", lambda: admin.assign("7", U16, "1", "owner"), 403, FORBIDDEN)
    run.refused("themselves included", lambda: admin.assign("7", U15, "1", "owner"), 403, FORBIDDEN)
    run.refused("nor demotes an owner", lambda: admin.assign("7", U7, "1", "viewer"), 403, FORBIDDEN)
    run.value("but gives the other roles", lambda: admin.assign("7", U16, "1", "viewer"), True)
    run.value("and takes them", lambda: admin.assign("7", U16, "1", "editor"), True)
    run.value("back to viewer", lambda: owner.unassign("7", U15, "1", "workspace_admin"), True)
    run.value("all is as it was", lambda: members(owner.one("7")), ALL_THREE)


def refusals(run, connect, owner, viewer, foreign):
    """Every row of the table of errors, on each call that it can come from."""
    changes = {
        "assign": lambda c, w="7", email=U16, org="1": c.assign(w, email, org, "viewer"),
        "unassign": lambda c, w="7", email=U16, org="1": c.unassign(w, email, org, "editor"),
        "remove": lambda c, w="7", email=U16, org="1": c.remove(w, email, org),
    }
    for what, call in changes.items():
        for key in ("", "demoproj.wrong", "nonsense", "ApiKey"):
            run.refused(f"{what}: credentials {key!r}", lambda: call(connect(key)), 401, UNAUTHORIZED)
        run.refused(f"{what}: role too low", lambda: call(viewer), 403, FORBIDDEN)
        run.refused(f"{what}: unknown workspace", lambda: call(owner, "424242"), 404, NO_WORKSPACE)
        run.refused(f"{what}: another organisation's", lambda: call(owner, "9"), 404, NO_WORKSPACE)
        run.refused(f"{what}: another's, rightly paired", lambda: call(owner, "9", org="2"), 404, NO_WORKSPACE)
        run.refused(f"{what}: seen from the other side", lambda: call(foreign), 404, NO_WORKSPACE)
        run.refused(f"{what}: a bad id", lambda: call(owner, "abc"), 422, BAD_ID)
        run.refused(f"{what}: a negative id", lambda: call(owner, "-7"), 422, BAD_ID)
        place = "body" if what == "assign" else "query"
        run.refused(f"{what}: an e-mail without @", lambda: call(owner, email="nobody"), 422, bad_email(place))
        if what != "remove" or owner.pairs_removal:
            run.refused(f"{what}: wrong pairing", lambda: call(owner, org="2"), 400, WRONG_PAIR)
            run.refused(f"{what}: wrong pairing before 403", lambda: call(viewer, org="2"), 400, WRONG_PAIR)
    for what in ("assign", "unassign"):
        call = changes[what]
        run.refused(f"{what}: unknown e-mail", lambda: call(owner, email="no@one.example"), 404, NO_USER)
        run.refused(f"{what}: a non-member", lambda: call(owner, email=U1), 404, NO_USER)
    run.refused("remove: an owner", lambda: changes["remove"](owner, email=U7), 403, FORBIDDEN)

    run.refused("assign: no such role", lambda: owner.assign("7", U16, "1", "boss"), 400, BAD_ROLE)
    run.refused("assign: no role", lambda: owner.assign("7", U16, "1"), 400, BAD_ROLE)
    run.refused("assign: a bad role before 404", lambda: owner.assign("424242", U16, "1", "boss"), 400, BAD_ROLE)
    run.refused("unassign: no such role", lambda: owner.unassign("7", U16, "1", "boss"), 400, BAD_ROLE)
    run.refused(
        "assign: no e-mail",
        lambda: owner.raw("POST", "workspaces/7/roles", json={"organization_id": "1", "role": "viewer"}),
        422, missing("body", "email"),
    )
    for what, path in (("unassign", "roles"), ("remove", "users")):
        run.refused(
            f"{what}: no e-mail",
            lambda: owner.raw("DELETE", f"workspaces/7/{path}", params={"role": "viewer", "organization_id": "1"}),
            422, missing("query", "email"),
        )

    run.refused("one: no credentials", lambda: connect("").one("7"), 401, UNAUTHORIZED)
    run.refused("one: unknown", lambda: owner.one("424242"), 404, NO_WORKSPACE)
    run.refused("one: another organisation's", lambda: foreign.one("7"), 404, NO_WORKSPACE)
    run.refused("one: a bad id", lambda: owner.one("abc"), 422, BAD_ID)
    run.refused("roles: no credentials", connect("").roles, 401, UNAUTHORIZED)
    run.refused("permissions: no credentials", connect("").permissions, 401, UNAUTHORIZED)
    run.refused("organizations: no credentials", connect("").organizations, 401, UNAUTHORIZED)
    if hasattr(owner, "list"):
        run.refused("list: no credentials", connect("").list, 401, UNAUTHORIZED)
    run.refused("unknown path", lambda: owner.raw("GET", "workspaces/7/nothing"), 404, NOT_FOUND)
    run.refused("wrong method", lambda: owner.raw("PATCH", "workspaces/7"), 405, NOT_ALLOWED)
    run.refused("both before authentication", lambda: connect("").raw("PATCH", "workspaces/7"), 405, NOT_ALLOWED)

    wordless = lambda **sent: lambda: owner.mute("POST", "workspaces/7/roles", **sent)
    text = {"content-type": "text/plain"}
    run.value("415 has a detail", wordless(content=b"email=x", headers=text), (415, ["detail"], "str"))
    big = {"email": U16, "organization_id": "1", "role": "viewer", "zzz": "z" * (1 << 20)}
    run.value("413 has a detail", wordless(json=big), (413, ["detail"], "str"))
    run.value("and nothing was changed", lambda: members(owner.one("7")), ALL_THREE)


def removal(run, connect, owner, viewer):
    two = [LEAD, member("15", U15, "viewer")]
    answer = lambda call: lambda: (facts(call()), members(call()))
    # Of the two calls in each of these the second is the repeated one.
    run.value("remove a member", lambda: members(owner.remove("7", U16, "1")), two)
    run.value("again: the workspace as it is", answer(lambda: owner.remove("7", U16, "1")), (FACTS_7, two))
    run.value("an unknown e-mail", answer(lambda: owner.remove("7", "no+one@one.example", "1")), (FACTS_7, two))
    run.value("a known non-member", answer(lambda: owner.remove("7", U1, "1")), (FACTS_7, two))
    run.refused("the removed can't be assigned a role", lambda: owner.assign("7", U16, "1", "viewer"), 404, NO_USER)

    run.value("make user 15 workspace_admin", lambda: owner.assign("7", U15, "1", "workspace_admin"), True)
    run.refused("who can't remove the owner", lambda: viewer.remove("7", U7, "1"), 403, FORBIDDEN)
    left = lambda: [m["user"]["email"] for m in members(viewer.remove("7", U15.title(), "1"))]
    run.value("but themselves, the case of their e-mail folded", left, [U7])
    run.refused("their key reads the workspace no more", lambda: viewer.one("7"), 403, FORBIDDEN)
    run.refused("nor changes it", lambda: viewer.remove("7", U15, "1"), 403, FORBIDDEN)
    if hasattr(owner, "list"):
        run.value("nor lists it", viewer.list, [])
    run.value("the account and the organization stay", lambda: len(viewer.organizations()), 1)
    run.value("the owner is left alone", lambda: members(owner.one("7")), [LEAD])
