"""Grants on offices as direct foreign-key tables (django-guardian reads them instead of its generic ones)."""

from django.db import models

from apps.offices.grants import GroupGrant, UserGrant


class OfficeGroupGrant(GroupGrant):
    content_object = models.ForeignKey("offices.Office", on_delete=models.CASCADE)

    class Meta(GroupGrant.Meta):
        pass


class OfficeUserGrant(UserGrant):
    content_object = models.ForeignKey("offices.Office", on_delete=models.CASCADE)

    class Meta(UserGrant.Meta):
        pass
