from django.db import models

__all__ = ["Throttle"]


class Throttle(models.Model):
    """How often something was tried under one key, such as an e-mail address, and its next time.

    The key is kept as a keyed hash: the table names nobody. A row is forgotten after a while
    without another try.
    """

    limit = models.CharField(max_length=40)
    digest = models.CharField(max_length=64)
    tries = models.PositiveIntegerField(default=0)
    blocked_until = models.DateTimeField(null=True)
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="throttle_once", fields=["limit", "digest"])]

    def __str__(self) -> str:
        return f"{self.limit} {self.digest[:8]}"
