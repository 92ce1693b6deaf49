"""What the demo data and the workspace rules make every client expect.

Written down by hand from the rules, never read from the server.
"""

OWNER = "demoproj.local-only-project-admin"  # user 7, owner of workspace 7
VIEWER = "demomemb.local-only-project-member"  # user 15, viewer of workspace 7
GLOBAL = "demoglob.local-only-global-admin"  # user 1, no member but of rank
FOREIGN = "demoothr.local-only-other-organisation"  # user 90, of organisation 2

U1 = "admin@organization.com"
U7 = "lead@organization.com"
U15 = "member@organization.com"
U16 = "user@example.com"

UNAUTHORIZED = {"detail": "Unauthorized"}
FORBIDDEN = {
    "detail": "You do not have permission to perform this action. "
    "Please contact your Organization Owner"
}
NO_WORKSPACE = {"detail": "Workspace not found."}
NO_USER = {"detail": "User not found."}
WRONG_PAIR = {"detail": "Workspace does not belong to the organization."}
BAD_ROLE = {"detail": "Workspace role is invalid."}
NOT_FOUND = {"detail": "Not Found"}
NOT_ALLOWED = {"detail": "Method Not Allowed"}

PERMISSIONS = """
read_system view_application edit_application create_application delete_application
create_app_variant delete_app_variant modify_variant_configurations
delete_application_variant view_app_environment_deployment
edit_app_environment_deployment create_app_environment_deployment view_testset
edit_testset create_testset delete_testset view_evaluation run_evaluations
edit_evaluation create_evaluation delete_evaluation deploy_application view_workspace
edit_workspace create_workspace delete_workspace modify_user_roles
add_new_user_to_workspace edit_organization delete_organization
add_new_user_to_organization
""".split()


def without(*names):
    return [p for p in PERMISSIONS if p not in names]


VIEWS = [
    "read_system",
    "view_application",
    "view_app_environment_deployment",
    "view_testset",
    "view_evaluation",
]

# Role -> (its description, its permissions), in the order they are listed.
ROLES = {
    "owner": (
        "Can fully manage the workspace, including adding and removing members.",
        PERMISSIONS,
    ),
    "workspace_admin": (
        "Can manage workspace settings and members but cannot delete the workspace.",
        without(
            "delete_workspace",
            "delete_organization",
            "edit_organization",
            "add_new_user_to_organization",
        ),
    ),
    "editor": (
        "Can edit workspace content, but cannot manage members or roles.",
        without(
            "delete_testset",
            "delete_evaluation",
            "delete_application",
            "delete_workspace",
            "create_workspace",
            "modify_user_roles",
            "add_new_user_to_workspace",
            "edit_organization",
            "delete_organization",
            "add_new_user_to_organization",
        ),
    ),
    "viewer": ("Can view the workspace content but cannot make changes.", VIEWS),
    "evaluator": (
        "Can evaluate models and provide feedback within the workspace.",
        VIEWS + ["run_evaluations", "create_evaluation"],
    ),
    "deployment_manager": (
        "Can manage model deployments within the workspace.",
        VIEWS + ["deploy_application"],
    ),
}


def fault(loc, msg, kind):
    return {"detail": [{"loc": loc, "msg": msg, "type": kind}]}


def bad_email(place):
    return fault([place, "email"], "value is not a valid email address", "value_error.email")


BAD_ID = fault(["path", "workspace_id"], "value is not a valid integer", "type_error.integer")


def missing(place, name):
    return fault([place, name], "field required", "value_error.missing")


def member(user_id, email, role):
    """One member as the workspace lists them; created_at is checked apart."""
    description, permissions = ROLES[role]
    return {
        "user": {"id": user_id, "email": email, "username": email, "status": "member"},
        "roles": [
            {
                "role_name": role,
                "role_description": description,
                "permissions": sorted(permissions),
            }
        ],
    }


def plain(model):
    """A pydantic model as JSON values, without what the answer did not hold."""
    if isinstance(model, list):
        return [plain(m) for m in model]
    return model.model_dump(exclude_unset=True) if hasattr(model, "model_dump") else model


def members(workspace):
    """The members of a WorkspaceResponse in a form that can be compared."""
    found = []
    for m in plain(workspace)["members"]:
        stamped = isinstance(m["user"].pop("created_at", None), str)
        for role in m["roles"]:
            role["permissions"] = sorted(role["permissions"])
        found.append(m if stamped else {"created_at": "missing", **m})
    return sorted(found, key=lambda m: m["user"]["email"])


def facts(workspace):
    """A WorkspaceResponse without its members and what the demo data chose."""
    w = plain(workspace)
    kinds = {k: type(w.get(k)).__name__ for k in ("name", "created_at", "updated_at")}
    return {"id": w["id"], "organization": w["organization"], "type": w.get("type"), **kinds}


FACTS_7 = {
    "id": "7",
    "organization": "1",
    "type": "default",
    "name": "str",
    "created_at": "str",
    "updated_at": "str",
}

LEAD = member("7", U7, "owner")
ALL_THREE = [LEAD, member("15", U15, "viewer"), member("16", U16, "editor")]
