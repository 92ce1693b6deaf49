"""What the demo data lend to schemathesis: one call of each operation that must
succeed, and a world that stays worth calling although deletions succeed in it.
"""

import os
from copy import deepcopy

import requests
import schemathesis

KEY = "ApiKey demoglob.local-only-global-admin"  # user 1, who makes all calls
LEAD = "ApiKey demoproj.local-only-project-admin"  # user 7
CALLER = "admin@organization.com"
U15 = "member@organization.com"

project = {"project_id": 151}
team = {"team_id": 7}
workspace = {"workspace_id": "7"}
domain = {"domain": "organization.com"}  # which is proved
person = {"id": "15"}
group = {"id": "7"}
account = {"user_id": 15}
permission = {"permission_id": 148}
agent = {"agent_id": 21}
reviewed = {**agent, "review_id": 31}
invitation = {"organization_id": "1", "workspace_id": "7"}
names = iter(range(1, 1_000_000))

# What a hook puts something in the place of that was made for this one call.
BY_HAND = "by hand"

# One call of each operation, beside those that are made up. Operations without
# parameters need none.
CALLS = {
    "POST /api/project": dict(body={"project_name": "Written by hand", "team_id": 7}),
    "GET /api/project/{project_id}": dict(path_parameters=project),
    "PUT /api/project/{project_id}": dict(path_parameters=project, body={"description": "By hand"}),
    "DELETE /api/project/{project_id}": dict(path_parameters=project),
    "POST /api/project/{project_id}/recent": dict(path_parameters=project),
    "POST /api/project/details": dict(body={"project_ids": [151, 4]}),
    "POST /api/project/{project_id}/user": dict(path_parameters=project, body={"user_ids": [15, 16]}),
    "GET /api/project/{project_id}/user": dict(path_parameters=project),
    "DELETE /api/project/{project_id}/user/{user_id}": dict(path_parameters={**project, "user_id": 16}),
    "GET /api/team/{team_id}/user/{user_id}/project": dict(path_parameters={**team, "user_id": 7}),
    "POST /api/team": dict(body={"team_name": "Written by hand"}),
    "GET /api/team/{team_id}": dict(path_parameters=team),
    "PUT /api/team/{team_id}": dict(path_parameters=team, body={"description": "By hand"}),
    "DELETE /api/team/{team_id}": dict(path_parameters=team),
    "GET /api/team/{team_id}/user": dict(path_parameters=team),
    "POST /api/team/{team_id}/user": dict(path_parameters=team, body={"user_ids": [15]}),
    "DELETE /api/team/{team_id}/user": dict(path_parameters=team, query={"user_ids": [15]}),
    "GET /api/workspaces/{workspace_id}": dict(path_parameters=workspace),
    "POST /api/workspaces/{workspace_id}/roles": dict(
        path_parameters=workspace, body={"email": U15, "organization_id": "1", "role": "editor"}
    ),
    "DELETE /api/workspaces/{workspace_id}/roles": dict(
        path_parameters=workspace, query={"email": U15, "organization_id": "1", "role": "editor"}
    ),
    "DELETE /api/workspaces/{workspace_id}/users": dict(path_parameters=workspace, query={"email": U15}),
    "POST /api/organizations/{organization_id}/workspaces/{workspace_id}/invite": dict(
        path_parameters=invitation, body=[{"email": "by.hand@example.com", "roles": ["viewer"]}]
    ),
    "POST /api/organizations/{organization_id}/workspaces/{workspace_id}/invite/resend": dict(
        path_parameters=invitation, body={"email": "by.hand@example.com"}
    ),
    "POST /api/organizations/{organization_id}/workspaces/{workspace_id}/invite/accept": dict(
        path_parameters=invitation, body={"token": BY_HAND, "email": CALLER}
    ),
    "GET /api/user/{user_id}": dict(path_parameters=account),
    "POST /api/user": dict(body={"email": "also.by.hand@example.com"}),
    "PUT /api/user/{user_id}": dict(path_parameters=account, body={"first_name": "By hand"}),
    "DELETE /api/user/{user_id}": dict(path_parameters=account),
    "DELETE /api/user/batch": dict(query={"user_ids": [15, 16]}),
    "POST /api/user-permission": dict(
        body={"user_id": 15, "resource_type": "project", "resource_id": 4, "permission": "member"}
    ),
    "GET /api/user-permission/{permission_id}": dict(path_parameters=permission),
    "PUT /api/user-permission/{permission_id}": dict(path_parameters=permission, body={"permission": "admin"}),
    "DELETE /api/user-permission/{permission_id}": dict(path_parameters=permission),
    "POST /api/notification/user/{user_id}": dict(path_parameters=account, body={"message": "By hand"}),
    "PUT /api/notification/{notification_id}/read": dict(path_parameters={"notification_id": 1}),
    "PUT /api/organization": dict(body={"org_name": "By hand"}),
    "POST /api/organization/domain": dict(body={"domain": "by-hand.example"}),
    "DELETE /api/organization/domain/{domain}": dict(path_parameters=domain),
    "POST /api/organization/domain/{domain}/verify": dict(path_parameters=domain),
    "POST /api/api-key": dict(body={"name": "By hand"}),
    "DELETE /api/api-key/{key_id}": dict(path_parameters={"key_id": 1}),
    "GET /api/project/{project_id}/invite": dict(path_parameters=project),
    "POST /api/project/{project_id}/invite": dict(path_parameters=project, body={"email": "by.hand@example.com"}),
    "DELETE /api/project/{project_id}/invite/{invite_id}": dict(path_parameters={"project_id": 4, "invite_id": 3}),
    "POST /api/invite/accept": dict(body={"token": BY_HAND}),
    "GET /api/project/{project_id}/removal": dict(path_parameters=project),
    "GET /api/removal/{removal_id}": dict(path_parameters={"removal_id": 1}),
    "POST /api/removal/{removal_id}/undo": dict(path_parameters={"removal_id": 1}),
    "GET /api/access/explain": dict(
        query={"user_id": 16, "action": "edit_project", "resource_type": "project", "resource_id": 151}
    ),
    "GET /api/access/preview/user/{user_id}": dict(path_parameters=account),
    "POST /api/offboarding/plan": dict(body={"user_id": 15, "transfer_to": 7}),
    "POST /api/offboarding/apply": dict(body={"plan_id": 1, "plan_hash": "0" * 64}),
    "POST /api/agent": dict(body={"project_id": 151, "name": "Written by hand"}),
    "GET /api/agent/{agent_id}": dict(path_parameters=agent),
    "PUT /api/agent/{agent_id}": dict(path_parameters=agent, body={"instructions": "By hand"}),
    "DELETE /api/agent/{agent_id}": dict(path_parameters=agent),
    "GET /api/project/{project_id}/agent": dict(path_parameters=project),
    "GET /api/agent/{agent_id}/access": dict(path_parameters=agent),
    "PUT /api/agent/{agent_id}/access": dict(path_parameters=agent, body={"access_level": "organization"}),
    "POST /api/agent/{agent_id}/alias": dict(path_parameters=agent, body={"alias": "by-hand"}),
    "PUT /api/agent-alias/{alias_id}": dict(path_parameters={"alias_id": 41}, body={"alias": "also-by-hand"}),
    "DELETE /api/agent-alias/{alias_id}": dict(path_parameters={"alias_id": 41}),
    "PUT /api/agent-type/{type_id}": dict(path_parameters={"type_id": 1}, body={"description": "By hand"}),
    "POST /api/agent/{agent_id}/chat-thread": dict(path_parameters=agent, body={"title": "By hand"}),
    "GET /api/agent/{agent_id}/rating": dict(path_parameters=agent),
    "PUT /api/agent/{agent_id}/rating": dict(path_parameters=agent, body={"vote": "up"}),
    "POST /api/agent/{agent_id}/recent": dict(path_parameters=agent),
    "DELETE /api/agent/{agent_id}/recent": dict(path_parameters=agent),
    "GET /api/agent/{agent_id}/review": dict(path_parameters=agent),
    "POST /api/agent/{agent_id}/review": dict(path_parameters=agent, body={"review": "By hand", "rating": 4}),
    "PUT /api/agent/{agent_id}/review/{review_id}": dict(path_parameters=reviewed, body={"rating": 5}),
    "DELETE /api/agent/{agent_id}/review/{review_id}": dict(path_parameters=reviewed),
    "POST /api/agent/{agent_id}/starred": dict(path_parameters=agent),
    "DELETE /api/agent/starred": dict(query={"agent_ids": [21, 22]}),
    "GET /api/agent/{agent_id}/user": dict(path_parameters=agent),
    "POST /api/agent/{agent_id}/user": dict(path_parameters=agent, body={"user_ids": [16], "permission": "editor"}),
    "DELETE /api/agent/{agent_id}/user": dict(path_parameters=agent, query={"user_ids": [16]}),
    "GET /api/agent/{agent_id}/version": dict(path_parameters=agent),
    "GET /api/agent/{agent_id}/version/{version}": dict(path_parameters={**agent, "version": 1}),
    "POST /api/agent/{agent_id}/version/{version}/restore": dict(path_parameters={**agent, "version": 1}),
    "GET /scim/v2/Users": dict(query={"filter": f'userName eq "{U15}"'}),
    "POST /scim/v2/Users": dict(body={"userName": "by.hand@example.com"}, media_type="application/scim+json"),
    "POST /scim/v2/Users/.search": dict(body={"count": 2}, media_type="application/scim+json"),
    "GET /scim/v2/Users/{id}": dict(path_parameters=person),
    "PUT /scim/v2/Users/{id}": dict(
        path_parameters=person, body={"userName": U15}, media_type="application/scim+json"
    ),
    "PATCH /scim/v2/Users/{id}": dict(
        path_parameters=person,
        body={"Operations": [{"op": "replace", "path": "name.givenName", "value": "By hand"}]},
        media_type="application/scim+json",
    ),
    "DELETE /scim/v2/Users/{id}": dict(path_parameters=person),
    "GET /scim/v2/Groups": dict(query={"filter": 'displayName eq "Core"'}),
    "POST /scim/v2/Groups": dict(
        body={"displayName": "A group by hand", "members": [{"value": "15"}]}, media_type="application/scim+json"
    ),
    "POST /scim/v2/.search": dict(body={"count": 2}, media_type="application/scim+json"),
    "GET /scim/v2/Groups/{id}": dict(path_parameters=group),
    "PUT /scim/v2/Groups/{id}": dict(
        path_parameters=group, body={"displayName": "Another group by hand"}, media_type="application/scim+json"
    ),
    "PATCH /scim/v2/Groups/{id}": dict(
        path_parameters=group,
        body={"Operations": [{"op": "add", "path": "members", "value": [{"value": "16"}]}]},
        media_type="application/scim+json",
    ),
    "DELETE /scim/v2/Groups/{id}": dict(path_parameters=group),
    "GET /scim/v2/ResourceTypes/{id}": dict(path_parameters={"id": "User"}),
    "GET /scim/v2/Schemas/{id}": dict(path_parameters={"id": "urn:ietf:params:scim:schemas:core:2.0:User"}),
}


session = requests.Session()


def send(method, path, body=None, key=KEY):
    answer = session.request(
        method, os.environ["WARDROOM_URL"] + path, json=body, headers={"Authorization": key}, timeout=30
    )
    if not answer.ok:
        raise RuntimeError(f"{method} {path} answered {answer.status_code}: {answer.text}")
    return answer.json()


def made(path, body, key=KEY):
    return send("POST", path, body, key)["data"]["id"]


def name():
    return f"To be used up {next(names)}"


def address():
    return f"to.be.used.up.{next(names)}@example.com"


def new_project(key=KEY):
    return made("/api/project", {"project_name": name()}, key)


def new_team(key=KEY):
    return made("/api/team", {"team_name": name()}, key)


def new_person():
    return made("/api/user", {"email": address()})


def new_permission():
    grant = {"user_id": new_person(), "resource_type": "project", "resource_id": 4, "permission": "member"}
    return made("/api/user-permission", grant)


def new_removal():
    send("POST", "/api/project/151/user", {"user_ids": [16]})
    return send("DELETE", "/api/project/151/user/16?report=true")["meta"]["removal_id"]


def new_agent():
    """The project admin's: who owns an agent neither reviews it nor votes on it."""
    return made("/api/agent", {"project_id": 4, "name": name()}, LEAD)


def new_alias():
    return made("/api/agent/22/alias", {"alias": f"to-be-used-up-{next(names)}"})


def token(url):
    return url.partition("#token=")[2]


# A call that would use up what other calls need gets something made for it
# instead. The caller themselves, their key and the people of the demo data are such.
PEOPLE = (1, 7, 15, 16)


def is_one(value, ids):
    """An id is a number here and its digits there."""
    return str(value) in map(str, ids)


def instead(parameter, needed, new):
    def prepare(case):
        if is_one(case.path_parameters.get(parameter), needed):
            case.path_parameters[parameter] = new()

    return prepare


fresh_project = instead("project_id", (151, 4), new_project)
fresh_team = instead("team_id", (7,), new_team)
fresh_account = instead("user_id", PEOPLE, new_person)
fresh_permission = instead("permission_id", (146, 147, 148, 44), new_permission)
fresh_removal = instead("removal_id", (1,), new_removal)
fresh_notice = instead("notification_id", (1,), lambda: made("/api/notification/user/1", {"message": name()}))
fresh_key = instead("key_id", (1, 2, 3), lambda: made("/api/api-key", {"name": name()}))
fresh_agent = instead("agent_id", (21, 22), new_agent)
fresh_alias = instead("alias_id", (41,), new_alias)


def fresh_alias_name(case):
    if case.body == {"alias": "by-hand"}:
        case.body = {"alias": f"by-hand-{next(names)}"}
    fresh_agent(case)


def new_alias_name(case):
    if case.body == {"alias": "also-by-hand"}:
        case.body = {"alias": f"also-by-hand-{next(names)}"}
    fresh_alias(case)


def fresh_review(case):
    at = case.path_parameters
    if is_one(at.get("agent_id"), (21, 22)) and is_one(at.get("review_id"), (31,)):
        at["agent_id"] = new_agent()
        at["review_id"] = made(f"/api/agent/{at['agent_id']}/review", {"review": name()})


def used_agent(case):
    if is_one(case.path_parameters.get("agent_id"), (21, 22)):
        send("POST", f"/api/agent/{case.path_parameters['agent_id']}/recent")


def fresh_domain(case):
    if case.path_parameters.get("domain") == domain["domain"]:
        case.path_parameters["domain"] = f"to-be-used-up-{next(names)}.example"
        send("POST", "/api/organization/domain", {"domain": case.path_parameters["domain"]})


def proved_domain(case):
    """One that isn't proved would be looked up in the world's DNS."""
    listed = [d["domain"] for d in send("GET", "/api/organization/domain")["data"]]
    if str(case.path_parameters.get("domain")).strip().lower() in listed:
        case.path_parameters.update(domain)


def starred_agents(_case):
    for at in (21, 22):
        send("POST", f"/api/agent/{at}/starred")


def agent_users(case):
    if is_one(case.path_parameters.get("agent_id"), (21, 22)):
        send("POST", f"/api/agent/{case.path_parameters['agent_id']}/user", {"user_ids": [16]})


def fresh_person(case):
    if is_one(case.path_parameters.get("id"), PEOPLE):
        user = send("POST", "/scim/v2/Users", {"userName": address()})
        case.path_parameters["id"] = user["id"]
        if isinstance(case.body, dict) and case.body.get("userName") == U15:
            case.body["userName"] = user["userName"]


def fresh_group(case):
    if is_one(case.path_parameters.get("id"), (7,)):
        case.path_parameters["id"] = send("POST", "/scim/v2/Groups", {"displayName": name()})["id"]


def fresh_accounts(case):
    for given in (case.query, case.body):
        ids = given.get("user_ids") if isinstance(given, dict) else None
        if isinstance(ids, list):
            given["user_ids"] = [new_person() if is_one(i, PEOPLE) else i for i in ids]


def fresh_user_in_body(case):
    if isinstance(case.body, dict) and is_one(case.body.get("user_id"), PEOPLE):
        case.body["user_id"] = new_person()


def fresh_invite(case):
    at = case.path_parameters
    if is_one(at.get("project_id"), (151, 4)) and is_one(at.get("invite_id"), (3,)):
        at["invite_id"] = made(f"/api/project/{at['project_id']}/invite", {"email": address()})


def fresh_project_token(case):
    if case.body == {"token": BY_HAND}:
        invited = send("POST", f"/api/project/{new_project(LEAD)}/invite", {"email": CALLER}, LEAD)
        case.body["token"] = token(invited["meta"]["url"])


def invite_to_workspace(workspace, email):
    path = f"/api/organizations/1/workspaces/{workspace}/invite"
    return token(send("POST", path, [{"email": email, "roles": ["viewer"]}], LEAD)["url"])


def fresh_workspace_token(case):
    if case.body == {"token": BY_HAND, "email": CALLER}:
        case.path_parameters["workspace_id"] = str(new_team(LEAD))
        case.body["token"] = invite_to_workspace(case.path_parameters["workspace_id"], CALLER)


def pending_invitation(case):
    if case.body == {"email": "by.hand@example.com"}:
        invite_to_workspace(7, case.body["email"])


def fresh_plan(case):
    if isinstance(case.body, dict) and is_one(case.body.get("plan_id"), (1,)):
        plan = send("POST", "/api/offboarding/plan", {"user_id": new_person(), "transfer_to": 7})["data"]
        case.body.update(plan_id=plan["plan_id"], plan_hash=plan["plan_hash"])


def project_members(_case):
    send("POST", "/api/project/151/user", {"user_ids": [15, 16]})


def team_members(_case):
    send("POST", "/api/team/7/user", {"user_ids": [15, 16]})


# What an earlier deletion took is put back before the calls that need it.
BEFORE = {
    "DELETE /api/project/{project_id}": fresh_project,
    "DELETE /api/project/{project_id}/user/{user_id}": project_members,
    "DELETE /api/team/{team_id}": fresh_team,
    "DELETE /api/team/{team_id}/user": team_members,
    "POST /api/workspaces/{workspace_id}/roles": team_members,
    "DELETE /api/workspaces/{workspace_id}/roles": team_members,
    "DELETE /api/workspaces/{workspace_id}/users": team_members,
    "POST /api/organizations/{organization_id}/workspaces/{workspace_id}/invite/resend": pending_invitation,
    "POST /api/organizations/{organization_id}/workspaces/{workspace_id}/invite/accept": fresh_workspace_token,
    "PUT /api/user/{user_id}": fresh_account,
    "DELETE /api/user/{user_id}": fresh_account,
    "DELETE /api/user/batch": fresh_accounts,
    "POST /api/user-permission": fresh_user_in_body,
    "GET /api/user-permission/{permission_id}": fresh_permission,
    "PUT /api/user-permission/{permission_id}": fresh_permission,
    "DELETE /api/user-permission/{permission_id}": fresh_permission,
    "PUT /api/notification/{notification_id}/read": fresh_notice,
    "DELETE /api/organization/domain/{domain}": fresh_domain,
    "POST /api/organization/domain/{domain}/verify": proved_domain,
    "DELETE /api/api-key/{key_id}": fresh_key,
    "DELETE /api/project/{project_id}/invite/{invite_id}": fresh_invite,
    "POST /api/invite/accept": fresh_project_token,
    "POST /api/removal/{removal_id}/undo": fresh_removal,
    "POST /api/offboarding/plan": fresh_user_in_body,
    "POST /api/offboarding/apply": fresh_plan,
    "PUT /api/agent/{agent_id}": fresh_agent,
    "DELETE /api/agent/{agent_id}": fresh_agent,
    "POST /api/agent/{agent_id}/alias": fresh_alias_name,
    "PUT /api/agent-alias/{alias_id}": new_alias_name,
    "DELETE /api/agent-alias/{alias_id}": fresh_alias,
    "DELETE /api/agent/{agent_id}/recent": used_agent,
    "POST /api/agent/{agent_id}/review": fresh_agent,
    "PUT /api/agent/{agent_id}/review/{review_id}": fresh_review,
    "DELETE /api/agent/{agent_id}/review/{review_id}": fresh_review,
    "DELETE /api/agent/starred": starred_agents,
    "DELETE /api/agent/{agent_id}/user": agent_users,
    "PUT /scim/v2/Users/{id}": fresh_person,
    "PATCH /scim/v2/Users/{id}": fresh_person,
    "DELETE /scim/v2/Users/{id}": fresh_person,
    "PUT /scim/v2/Groups/{id}": fresh_group,
    "PATCH /scim/v2/Groups/{id}": fresh_group,
    "DELETE /scim/v2/Groups/{id}": fresh_group,
}


@schemathesis.hook
def before_add_examples(context, examples):
    call = CALLS.get(context.operation.label)
    if call is not None:
        examples.append(context.operation.Case(**deepcopy(call)))


@schemathesis.hook
def before_call(context, case, kwargs):
    prepare = BEFORE.get(case.operation.label)
    if prepare is not None and case.method.upper() == case.operation.method.upper():
        prepare(case)
    if case.headers and case.headers.get("If-Match") == "":
        del case.headers["If-Match"]  # made up at a boundary, against the pattern
