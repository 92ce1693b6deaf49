"""agenta 0.125.1 against Wardroom: python agenta_0_125_1.py BASE_URL."""

import sys

from agenta._client.client import AgentaApi
from agenta._client.core.api_error import ApiError

import scenario


class Client:
    pairs_removal = False  # its removal names no organisation

    def __init__(self, base, key):
        self.api = AgentaApi(base_url=base, api_key=key)
        self.list = self.api.workspaces.get_workspace
        self.roles = self.api.workspaces.get_all_workspace_roles
        self.permissions = self.api.workspaces.get_all_workspace_permissions
        self.organizations = self.api.organizations.list_organizations

    def assign(self, workspace, email, organization, *role):
        given = {"role": role[0]} if role else {}
        return self.api.workspaces.assign_role_to_user(
            workspace, email=email, organization_id=organization, **given
        )

    def unassign(self, workspace, email, organization, role):
        return self.api.workspaces.unassign_role_from_user(
            workspace, email=email, organization_id=organization, role=role
        )

    def remove(self, workspace, email, organization):
        return self.api.workspaces.remove_user_from_workspace(workspace, email=email)

    def one(self, workspace):
        # This release has no such call; its transport and its model serve.
        from agenta._client.core.pydantic_utilities import parse_obj_as
        from agenta._client.types.workspace_response import WorkspaceResponse

        return parse_obj_as(WorkspaceResponse, self.raw("GET", "workspaces/" + workspace))

    def send(self, method, path, **sent):
        return self.api._client_wrapper.httpx_client.request(path, method=method, **sent)

    def raw(self, method, path, **sent):
        answer = self.send(method, path, **sent)
        if answer.status_code >= 300:
            raise ApiError(status_code=answer.status_code, body=answer.json())
        return answer.json()

    def mute(self, method, path, **sent):
        """Status, fields and type of an error whose wording is nobody's business."""
        answer = self.send(method, path, **sent)
        body = answer.json()
        return answer.status_code, list(body), type(body.get("detail")).__name__


if __name__ == "__main__":
    root = sys.argv[1]
    scenario.play(lambda key, prefix=True: Client(root + ("/api" if prefix else ""), key))
