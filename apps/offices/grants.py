"""Object permissions: the one place that speaks to django-guardian (an import contract holds that).

Grants go to groups (role × office), never to single people except a named exception with an end. They are written to direct
foreign-key tables. The bases below are what the tables of other apps derive from.
"""

from guardian.models import GroupObjectPermissionBase as GroupGrant
from guardian.models import UserObjectPermissionBase as UserGrant

__all__ = ["GroupGrant", "UserGrant"]
