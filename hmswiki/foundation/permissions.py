"""Who may do what: one list, closed by default, decided here for page, export, command and mail.

A role is held in a unit and reaches the units beneath it. Some roles reach everywhere (central HSE,
the administrator): these are named as such in the list. What everybody may do in their own unit
(and beneath it) is said by `own_unit`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from hmswiki.foundation.errors import N_, NotAllowed


class Role(StrEnum):
    """The roles a person may hold in a unit for a period. The words are those of the bundle."""

    AREA_OWNER = "area_owner"
    UNIT_LEADER = "unit_leader"
    HSE_COORDINATOR = "hse_coordinator"
    SAFETY_REPRESENTATIVE = "safety_representative"
    EDITOR = "editor"
    APPROVER = "approver"
    CENTRAL_HSE = "central_hse"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Everything that can be allowed or refused."""

    ANYONE = "anyone"
    SIGNED_IN = "signed_in"
    ACKNOWLEDGE = "acknowledge"
    SEE_COVERAGE = "see_coverage"
    SEE_ALL_COVERAGE = "see_all_coverage"
    SEE_CONFIRMATIONS = "see_confirmations"
    SEE_INDIVIDUAL_COVERAGE = "see_individual_coverage"
    CONFIRM_FOR_UNIT = "confirm_for_unit"
    ANSWER_QUESTIONS = "answer_questions"
    EDIT_GUIDELINES = "edit_guidelines"
    SEE_DRAFTS = "see_drafts"
    APPROVE_EDITIONS = "approve_editions"
    MANAGE_ROLLOUTS = "manage_rollouts"
    SEE_ORGANISATION = "see_organisation"
    EDIT_ORGANISATION = "edit_organisation"
    INVITE_PEOPLE = "invite_people"
    SEE_AREAS = "see_areas"
    MANAGE_AREAS = "manage_areas"
    SEE_ACTIONS = "see_actions"
    MANAGE_ACTIONS = "manage_actions"
    SEE_ALL_ACTIONS = "see_all_actions"
    RAISE_ACTIONS = "raise_actions"
    SEE_CHECKLISTS = "see_checklists"
    EDIT_CHECKLISTS = "edit_checklists"
    EDIT_SUPPLEMENTS = "edit_supplements"
    SEE_ALL_SUPPLEMENTS = "see_all_supplements"
    TAKE_UP_ITEMS = "take_up_items"
    SEE_SCHEDULES = "see_schedules"
    MANAGE_SCHEDULES = "manage_schedules"
    DO_ROUNDS = "do_rounds"
    SEE_ROUNDS = "see_rounds"
    SEE_CAMPAIGNS = "see_campaigns"
    MANAGE_REMINDERS = "manage_reminders"
    SEE_WORKSHOPS = "see_workshops"
    FOLLOW_WORKSHOP = "follow_workshop"
    WRITE_NOTES = "write_notes"
    SEE_NOTES = "see_notes"
    SORT_POINTS = "sort_points"
    MANAGE_WORKSHOPS = "manage_workshops"


class HasPath(Protocol):
    """A unit, as far as access needs to know it: its place in the tree, written `/1/5/`."""

    @property
    def path(self) -> str: ...


@dataclass(frozen=True)
class Places:
    """What lies in several places of the trees: an area is within itself and within each unit that it belongs to."""

    paths: tuple[str, ...]


@dataclass(frozen=True)
class Meeting:
    """A workshop, or one of its groups: it lies in the unit that holds it, and passes may open it."""

    path: str
    workshop_id: int
    group_id: int | None = None
    """None: the workshop as a whole."""


@dataclass(frozen=True)
class Pass:
    """What opens one workshop, or one of its groups, to who holds no role there: a code, a seat in a group, being
    named a helper."""

    workshop_id: int
    permissions: frozenset["Permission"]
    group_id: int | None = None
    """None: all of its groups, and the workshop as a whole."""

    def opens(self, permission: "Permission", within: "Within | None") -> bool:
        """Whether it opens `within`; without it, whether it opens anything at all."""
        if permission not in self.permissions:
            return False
        if within is None:
            return True
        if not isinstance(within, Meeting) or within.workshop_id != self.workshop_id:
            return False
        return self.group_id is None or self.group_id == within.group_id


Within = HasPath | Places


def _paths(within: Within) -> tuple[str, ...]:
    return within.paths if isinstance(within, Places) else (within.path,)


@dataclass(frozen=True)
class Grant:
    """Who holds a permission.

    `roles` reach their unit and those beneath; `everywhere` reaches all units wherever it is held;
    `own_unit` lets everybody in for the unit they are employed in and those beneath.
    `area_duty` lets an area's owner and deputy in for the area and those beneath.
    `by_pass` lets in who has a pass to the workshop or group, signed in or not.
    `who` finishes the refusal: it says who may.
    """

    who: str
    roles: frozenset[Role] = frozenset()
    everywhere: frozenset[Role] = frozenset()
    own_unit: bool = False
    everybody: bool = False
    area_duty: bool = False
    by_pass: bool = False


_UNIT = frozenset({Role.UNIT_LEADER, Role.HSE_COORDINATOR})
_UNIT_AND_SAFETY = _UNIT | {Role.SAFETY_REPRESENTATIVE}
_CENTRAL = frozenset({Role.CENTRAL_HSE})
_ADMIN = frozenset({Role.ADMINISTRATOR})

GRANTS: dict[Permission, Grant] = {
    Permission.ANYONE: Grant(N_("Everybody may see this."), everybody=True),
    Permission.SIGNED_IN: Grant(N_("Everybody who is signed in may see this."), everybody=True),
    Permission.ACKNOWLEDGE: Grant(N_("Everybody may acknowledge for themselves."), everybody=True),
    Permission.SEE_COVERAGE: Grant(
        N_("The coverage of a unit is for its employees, for roles in it or above it, and for central HSE."),
        roles=_UNIT_AND_SAFETY, everywhere=_CENTRAL, own_unit=True,
    ),
    Permission.SEE_ALL_COVERAGE: Grant(
        N_("The coverage of every unit is for roles above them and for central HSE."),
        roles=_UNIT_AND_SAFETY, everywhere=_CENTRAL,
    ),
    Permission.SEE_CONFIRMATIONS: Grant(
        N_("The unit's confirmations are for its leader, HSE coordinator and safety representative, "
           "and for central HSE."),
        roles=_UNIT_AND_SAFETY, everywhere=_CENTRAL,
    ),
    Permission.SEE_INDIVIDUAL_COVERAGE: Grant(
        N_("Names are only for the unit's leader and HSE coordinator."), roles=_UNIT,
    ),
    Permission.CONFIRM_FOR_UNIT: Grant(
        N_("Only the unit's leader and HSE coordinator may confirm for it."), roles=_UNIT,
    ),
    Permission.ANSWER_QUESTIONS: Grant(
        N_("Questions go to the unit's HSE coordinator, or to its leader."), roles=_UNIT,
    ),
    Permission.EDIT_GUIDELINES: Grant(
        N_("Only an editor may write guidelines."), everywhere=frozenset({Role.EDITOR}),
    ),
    Permission.SEE_DRAFTS: Grant(
        N_("Drafts are for editors, approvers and central HSE."),
        everywhere=frozenset({Role.EDITOR, Role.APPROVER, Role.CENTRAL_HSE}),
    ),
    Permission.APPROVE_EDITIONS: Grant(
        N_("Only an approver may publish an edition."), everywhere=frozenset({Role.APPROVER}),
    ),
    Permission.MANAGE_ROLLOUTS: Grant(
        N_("Only central HSE may roll a guideline out."), everywhere=_CENTRAL,
    ),
    Permission.SEE_ORGANISATION: Grant(
        N_("The organisation's register is for the administrator and central HSE."), everywhere=_ADMIN | _CENTRAL,
    ),
    Permission.EDIT_ORGANISATION: Grant(
        N_("Only the administrator may change the organisation."), everywhere=_ADMIN,
    ),
    Permission.INVITE_PEOPLE: Grant(N_("Only the administrator may invite people."), everywhere=_ADMIN),
    Permission.SEE_AREAS: Grant(N_("Everybody who is signed in may see this."), everybody=True),
    Permission.MANAGE_AREAS: Grant(
        N_("Areas are looked after by the unit's leader and HSE coordinator, central HSE and the administrator."),
        roles=_UNIT, everywhere=_ADMIN | _CENTRAL,
    ),
    Permission.SEE_ACTIONS: Grant(
        N_("An action is for those who answer for it, for the employees of its unit, and for central HSE."),
        roles=_UNIT_AND_SAFETY, everywhere=_CENTRAL, own_unit=True, area_duty=True,
    ),
    Permission.MANAGE_ACTIONS: Grant(
        N_("Only the unit's leader and HSE coordinator may change this, and who is responsible for the action."),
        roles=_UNIT,
    ),
    Permission.SEE_ALL_ACTIONS: Grant(
        N_("A unit's list of actions is for its employees, for roles in it or above it, and for central HSE."),
        roles=_UNIT_AND_SAFETY, everywhere=_CENTRAL, own_unit=True,
    ),
    Permission.RAISE_ACTIONS: Grant(
        N_("An action is raised and checked by the unit's leader, HSE coordinator or safety representative, or by the "
           "area's owner or deputy."),
        roles=_UNIT_AND_SAFETY, area_duty=True,
    ),
    Permission.SEE_CHECKLISTS: Grant(N_("Everybody who is signed in may see this."), everybody=True),
    Permission.EDIT_CHECKLISTS: Grant(
        N_("Only an editor may write checklists."), everywhere=frozenset({Role.EDITOR}),
    ),
    Permission.EDIT_SUPPLEMENTS: Grant(
        N_("Only the unit's leader and HSE coordinator may adapt a checklist for it."), roles=_UNIT,
    ),
    Permission.SEE_ALL_SUPPLEMENTS: Grant(
        N_("What units have added is for central HSE and editors."), everywhere=_CENTRAL | {Role.EDITOR},
    ),
    Permission.TAKE_UP_ITEMS: Grant(
        N_("Only central HSE and editors may take up a unit's item for all."), everywhere=_CENTRAL | {Role.EDITOR},
    ),
    Permission.SEE_SCHEDULES: Grant(N_("Everybody who is signed in may see this."), everybody=True),
    Permission.MANAGE_SCHEDULES: Grant(
        N_("When a checklist is due is decided by central HSE, or by the leader or HSE coordinator of all the units "
           "that it is for."),
        roles=_UNIT, everywhere=_CENTRAL,
    ),
    Permission.DO_ROUNDS: Grant(
        N_("A round is done by the area's owner or deputy, by the unit's leader, HSE coordinator or safety "
           "representative, or by whom it was handed to."),
        roles=_UNIT_AND_SAFETY | {Role.AREA_OWNER}, area_duty=True,
    ),
    Permission.SEE_ROUNDS: Grant(
        N_("A round is for the employees of the unit, for the area's owner and deputy, for roles above the unit, "
           "and for central HSE."),
        roles=_UNIT_AND_SAFETY | {Role.AREA_OWNER}, everywhere=_CENTRAL, own_unit=True, area_duty=True,
    ),
    Permission.SEE_CAMPAIGNS: Grant(
        N_("How rounds stand in the units is for roles above them and for central HSE."),
        roles=_UNIT_AND_SAFETY, everywhere=_CENTRAL,
    ),
    Permission.MANAGE_REMINDERS: Grant(
        N_("Only central HSE and the administrator may see and send reminders."), everywhere=_ADMIN | _CENTRAL,
    ),
    Permission.SEE_WORKSHOPS: Grant(N_("Everybody who is signed in may see this."), everybody=True),
    Permission.FOLLOW_WORKSHOP: Grant(
        N_("The task and the time are for those who are signed in or have typed the workshop's code."),
        everybody=True, by_pass=True,
    ),
    Permission.WRITE_NOTES: Grant(
        N_("A group's note is for the group: type the workshop's code and pick the group, or ask the organiser."),
        roles=_UNIT, everywhere=_CENTRAL, by_pass=True,
    ),
    Permission.SEE_NOTES: Grant(
        N_("What all groups write is for the organiser, for helpers whom the organiser names, and for the wall."),
        roles=_UNIT, everywhere=_CENTRAL, by_pass=True,
    ),
    Permission.SORT_POINTS: Grant(
        N_("Points are gathered and summed up by the organiser and by helpers whom the organiser names."),
        roles=_UNIT, everywhere=_CENTRAL, by_pass=True,
    ),
    Permission.MANAGE_WORKSHOPS: Grant(
        N_("A workshop is organised by the leader or HSE coordinator of the unit that holds it, and by central HSE."),
        roles=_UNIT, everywhere=_CENTRAL,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Holding:
    """A role the actor holds today, and the unit's place in the tree."""

    role: Role
    unit_id: int
    path: str
    unit_code: str = field(default="", compare=False)

    def reaches(self, within: Within) -> bool:
        return any(path.startswith(self.path) for path in _paths(within))


@dataclass(frozen=True)
class Actor:
    """Who acts, as of today. `unit_path` and `unit_name` are None for a person without a unit."""

    person_id: int
    external_key: str
    name: str
    language: str | None = None
    unit_id: int | None = None
    unit_path: str | None = None
    holdings: tuple[Holding, ...] = field(default=())
    unit_name: str | Mapping[str, str] | None = field(default=None, compare=False)
    duties: tuple[str, ...] = ()
    """The paths of the areas whose owner or deputy the person is."""

    def holds(self, roles: Iterable[Role], within: Within | None = None) -> bool:
        """Whether one of `roles` is held anywhere or, with `within`, in that unit or above it."""
        wanted = frozenset(roles)
        return any(h.role in wanted and (within is None or h.reaches(within)) for h in self.holdings)

    def has_duty(self, within: Within | None = None) -> bool:
        """Whether the person is owner or deputy of any area or, with `within`, of that one or one above it."""
        if within is None:
            return bool(self.duties)
        return any(path.startswith(duty) for duty in self.duties for path in _paths(within))

    def holds_directly(self, unit_id: int) -> bool:
        """Whether any role is held in the unit itself, not merely above it."""
        return any(h.unit_id == unit_id for h in self.holdings)


@dataclass(frozen=True)
class Decision:
    """Yes or no, and for a no the sentence that says who may."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def may(
    actor: Actor | None, permission: Permission, *, within: Within | None = None, passes: Iterable[Pass] = ()
) -> Decision:
    """Decide. Without `within`: whether the permission is held for any unit at all.

    `passes` are those that whoever acts has shown; they count where the permission is given by pass.
    """
    grant = GRANTS[permission]
    if permission is Permission.ANYONE:
        return Decision(True)
    if grant.by_pass and any(shown.opens(permission, within) for shown in passes):
        return Decision(True)
    if actor is None:
        return Decision(False, grant.who)
    if grant.everybody or actor.holds(grant.everywhere) or actor.holds(grant.roles, within):
        return Decision(True)
    if grant.area_duty and actor.has_duty(within):
        return Decision(True)
    own = actor.unit_path
    if grant.own_unit and own is not None and (within is None or any(path.startswith(own) for path in _paths(within))):
        return Decision(True)
    return Decision(False, grant.who)


def demand(
    actor: Actor | None, permission: Permission, *, within: Within | None = None, passes: Iterable[Pass] = ()
) -> None:
    """Like `may`, but a no is raised as NotAllowed with the sentence that says who may."""
    decision = may(actor, permission, within=within, passes=passes)
    if not decision:
        raise NotAllowed(decision.reason)
