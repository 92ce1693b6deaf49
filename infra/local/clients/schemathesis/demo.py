"""What the demo data lend to schemathesis: one call of each operation that must
succeed, and a world that stays worth calling although deletions succeed in it.
"""

import os

import requests
import schemathesis

KEY = "ApiKey demoglob.local-only-global-admin"
U15 = "member@organization.com"

project = {"project_id": 151}
team = {"team_id": 7}
workspace = {"workspace_id": "7"}
person = {"id": "15"}
names = iter(range(1, 1_000_000))

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
    "GET /scim/v2/ResourceTypes/{id}": dict(path_parameters={"id": "User"}),
    "GET /scim/v2/Schemas/{id}": dict(path_parameters={"id": "urn:ietf:params:scim:schemas:core:2.0:User"}),
}


def post(path, body):
    answer = requests.post(
        os.environ["WARDROOM_URL"] + path, json=body, headers={"Authorization": KEY}, timeout=30
    )
    return answer.json()


def fresh_project(case):
    """A deletion of a project that other calls need takes one made for it instead."""
    if case.path_parameters.get("project_id") in (151, 4):
        made = post("/api/project", {"project_name": f"To be deleted {next(names)}"})
        case.path_parameters["project_id"] = made["data"]["id"]


def fresh_team(case):
    if case.path_parameters.get("team_id") == 7:
        made = post("/api/team", {"team_name": f"To be deleted {next(names)}"})
        case.path_parameters["team_id"] = made["data"]["id"]


def fresh_person(case):
    if case.path_parameters.get("id") == "15":
        made = post("/scim/v2/Users", {"userName": f"to.be.deleted.{next(names)}@example.com"})
        case.path_parameters["id"] = made["id"]


def project_members(_case):
    post("/api/project/151/user", {"user_ids": [15, 16]})


def team_members(_case):
    post("/api/team/7/user", {"user_ids": [15, 16]})


# What an earlier deletion took is put back before the calls that need it.
BEFORE = {
    "DELETE /api/project/{project_id}": fresh_project,
    "DELETE /api/project/{project_id}/user/{user_id}": project_members,
    "DELETE /api/team/{team_id}": fresh_team,
    "DELETE /api/team/{team_id}/user": team_members,
    "POST /api/workspaces/{workspace_id}/roles": team_members,
    "DELETE /api/workspaces/{workspace_id}/roles": team_members,
    "DELETE /api/workspaces/{workspace_id}/users": team_members,
    "DELETE /scim/v2/Users/{id}": fresh_person,
}


@schemathesis.hook
def before_add_examples(context, examples):
    call = CALLS.get(context.operation.label)
    if call is not None:
        examples.append(context.operation.Case(**call))


@schemathesis.hook
def before_call(context, case, kwargs):
    prepare = BEFORE.get(case.operation.label)
    if prepare is not None and case.method.upper() == case.operation.method.upper():
        prepare(case)
