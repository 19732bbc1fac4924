import uuid

from django.db import models

from apps.offices.choices import Role


class RoleGroup(models.Model):
    """The group that carries a role at an office: made with the role's first holder there, its members
    derived from holdings.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    role = models.CharField(max_length=30, choices=Role.choices)
    office = models.ForeignKey("offices.Office", on_delete=models.PROTECT, related_name="role_groups")
    group = models.OneToOneField("auth.Group", on_delete=models.PROTECT, related_name="role_group")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "office"], name="offices_rolegroup_once")]

    def __str__(self) -> str:
        return f"{self.role} at {self.office_id}"
