"""`vigil user`: accounts, their roles and what these need to be in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from trial.cli.base import Installation, json_option, shown


def recorded(
    username: str,
    role: str,
    place: str | None,
    *,
    uow: Any,
    clock: Any,
    by: str,
    course: str = "Protocol and this system",
    version: str = "1.0",
    tasks: Any = None,
) -> None:
    """Give a role, approved and trained for today, and delegated where it is a role of a site's own staff."""
    from trial.actions.access import Approval, Course, admit
    from trial.rights import delegated

    today = clock.today()
    admit(
        username, role, place, uow=uow, approval=Approval(by, today), course=Course(course, version, today),
        tasks=tasks if place and delegated(role) else None,
    )  # fmt: skip


def signed_in(here: Installation, username: str, password: str, code: str) -> Any:
    """Who signs in at the console, with the code of the second factor where there is one. Raises as `trial.actions.credentials` does."""
    from trial.actions import credentials
    from trial.errors import CodeNeeded

    way = here.house.way("console")
    try:
        return credentials.sign_in(username, password, uow=here.writing(), way=way)
    except CodeNeeded as asked:
        return credentials.enter_code(asked, code, uow=here.writing(), way=way)


@click.group()
def user() -> None:
    """People and their roles."""


@user.command("add")
@click.argument("username")
@click.option("--name", required=True, help="Full name, as printed under signatures.")
@click.option("--email")
@click.option("--role", "held", multiple=True, help="Role, or role@site; may be repeated.")
@click.pass_obj
def user_add(here: Installation, username: str, name: str, email: str | None, held: tuple[str, ...]) -> None:
    """Create an account with a one-time password. Its roles are in force once `admit` recorded what they need."""
    from trial.actions import people

    added, password = people.add_person(username, name, uow=here.writing(), email=email)
    for each in held:
        role, _at, place = each.partition("@")
        people.grant(added.username, role, place or None, uow=here.writing())
    click.echo(f"{added.username}, one-time password: {password}")


@user.command("admit")
@click.argument("username")
@click.argument("role")
@click.option("--site", "place", help="Site code; everywhere without it.")
@click.option("--approved-by", required=True, help="Who approved the access: name, function.")
@click.option("--course", default="Protocol and this system", show_default=True, help="The training that was taken.")
@click.option("--course-version", default="1.0", show_default=True)
@click.option(
    "--tasks", default="All tasks of the role", show_default=True, help="What is delegated, for a site's own staff."
)
@click.option(
    "--from", "begins", type=click.DateTime(["%Y-%m-%d"]), help="First day of the delegation; today without it."
)
@click.option("--to", "ends", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the delegation.")
@click.option("--principal", is_flag=True, help="Principal investigator of the site, named by the sponsor.")
@click.pass_obj
def user_admit(
    here: Installation,
    username: str,
    role: str,
    place: str | None,
    approved_by: str,
    course: str,
    course_version: str,
    tasks: str,
    begins: datetime | None,
    ends: datetime | None,
    principal: bool,
) -> None:
    """Give a role and record approval, training and delegation (from the signed paper log) in one go; completes a role held already."""
    from trial.actions.delegation import Tasks

    today = here.house.clock.today()
    delegated = Tasks(tasks, begins.date() if begins else today, ends.date() if ends else None, principal, today)
    recorded(
        username, role, place, uow=here.writing(), clock=here.house.clock, by=approved_by, course=course, version=course_version,
        tasks=delegated,
    )  # fmt: skip


@user.command("identity")
@click.argument("username")
@click.option("--how", required=True, help="in-person, video, employer, eid.")
@click.option(
    "--document", required=True, help="passport, identity-card, driving-licence, staff-card, eid. Never its number."
)
@click.pass_obj
def user_identity(here: Installation, username: str, how: str, document: str) -> None:
    """Record that identity was verified today, which comes before the first electronic signature."""
    from trial.actions.signing_rights import verify_identity

    verify_identity(username, how, document, here.house.clock.today(), uow=here.writing())


@user.command("compromised")
@click.argument("username")
@click.option("--reason", prompt=True)
@click.pass_obj
def user_compromised(here: Installation, username: str, reason: str) -> None:
    """Void password and second factor and end every session, at once."""
    from trial.actions import credentials

    credentials.void_credentials(username, reason, uow=here.writing())


@user.command("grant")
@click.argument("username")
@click.argument("role")
@click.option("--site", "place", help="Site code; everywhere without it.")
@click.pass_obj
def user_grant(here: Installation, username: str, role: str, place: str | None) -> None:
    """Give a role."""
    from trial.actions import people

    people.grant(username, role, place, uow=here.writing())


@user.command("reset")
@click.argument("username")
@click.pass_obj
def user_reset(here: Installation, username: str) -> None:
    """A new one-time password."""
    from trial.actions import credentials

    click.echo(credentials.reset_password(username, uow=here.writing()))


@user.command("close")
@click.argument("username")
@click.pass_obj
def user_close(here: Installation, username: str) -> None:
    """End an account; its name stays taken."""
    from trial.actions import people

    people.close_account(username, uow=here.writing())


@user.command("list")
@json_option
@click.pass_obj
def user_list(here: Installation, as_json: bool) -> None:
    """Everyone with the roles held."""
    from trial.actions import people

    reader = here.house.reading()
    today, gated = here.house.clock.today(), here.house.gated
    everyone = [
        people.person(reader, r["id"], on=today, gated=gated) for r in reader.all("person", order_by="username")
    ]
    rows = [
        {
            "username": p.username,
            "full_name": p.full_name,
            "roles": [(s.role, s.site) for s in p.standings],
            "not_in_force": [{"role": s.role, "site": s.site, "why": s.why} for s in p.standings if s.why],
            "second_factor": p.second_factor,
        }
        for p in everyone
    ]
    shown(rows, as_json, _line)


def _line(row: Any) -> str:
    out = {(each["role"], each["site"]) for each in row["not_in_force"]}
    roles = [f"{r}@{s or 'everywhere'}{' (not in force)' if (r, s) in out else ''}" for r, s in row["roles"]]
    return f"{row['username']}\t{row['full_name']}\t{', '.join(roles)}"
