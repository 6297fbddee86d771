"""Who there is: users, tenants, members with their roles and groups, and machine tokens."""

from tenants.models.groups import Group, GroupMembership
from tenants.models.members import Human, Member, RoleGrant
from tenants.models.tenants import Tenant
from tenants.models.tokens import MachineToken
from tenants.models.users import User

__all__ = ["Group", "GroupMembership", "Human", "MachineToken", "Member", "RoleGrant", "Tenant", "User"]
