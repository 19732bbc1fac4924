import uuid

from django.db import models


class ImportedRow(models.Model):
    """One row that came in: the same row (source, id, content) never comes in twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey("initiatives.ImportRun", on_delete=models.PROTECT, related_name="rows")
    source = models.CharField(max_length=100)
    source_id = models.CharField(max_length=200)
    content_hash = models.CharField(max_length=64)
    initiative = models.ForeignKey("initiatives.Initiative", on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey("initiatives.BusinessCaseVersion", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_id", "content_hash"], name="initiatives_imported_row_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.source_id}"
