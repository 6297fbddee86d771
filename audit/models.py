"""The log's tables: logs, their heads, entries, tree tiles and checkpoints. No foreign key leads out of here."""

from django.db import models


class Log(models.Model):
    """One log of one tenant. All but `closed_at` is fixed at birth."""

    tenant_id = models.CharField(max_length=64)
    tenant_slug = models.CharField(max_length=100)
    tenant_name = models.TextField()
    number = models.PositiveIntegerField()
    host = models.CharField(max_length=255)
    trusted_root = models.BinaryField()
    log_key = models.BinaryField()
    ct_key = models.BinaryField()
    issuer_key = models.BinaryField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant_id", "number"], name="audit_log_number_once"),
            models.UniqueConstraint(
                fields=["tenant_id"], condition=models.Q(closed_at=None), name="audit_log_one_open"
            ),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="audit_log_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.host} {self.number}"


class Head(models.Model):
    """How many entries a log has. The row that every append locks, last."""

    log = models.OneToOneField(Log, models.PROTECT, primary_key=True, related_name="head")
    size = models.BigIntegerField(default=0)
    closed = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.size} entries"


class Tree(models.Model):
    """How many entries are in the tree. The row that the integrator locks."""

    log = models.OneToOneField(Log, models.PROTECT, primary_key=True, related_name="tree")
    size = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.size} leaves"


class Entry(models.Model):
    """One entry and everything that was signed with it."""

    pk = models.CompositePrimaryKey("log_id", "index")
    log = models.ForeignKey(Log, models.PROTECT, related_name="entries")
    index = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    time = models.DateTimeField()
    about = models.CharField(max_length=64, blank=True)
    document = models.BinaryField()
    envelope = models.BinaryField()
    certificate = models.BinaryField()
    body = models.BinaryField()
    leaf_hash = models.BinaryField(max_length=32)
    integrated_time = models.BigIntegerField()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [
            models.Index(fields=["log", "about", "index"], name="audit_entry_about"),
            models.Index(fields=["log", "kind", "index"], name="audit_entry_kind"),
            models.Index(fields=["log", "time"], name="audit_entry_time"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.kind}"

    @property
    def id(self) -> str:
        """`<log>-<index>`, as people and evidence name it."""
        return f"{self.log.number}-{self.index}"


class Tile(models.Model):
    """Up to 256 hashes of one level of the tree (C2SP tlog-tiles)."""

    pk = models.CompositePrimaryKey("log_id", "level", "index")
    log = models.ForeignKey(Log, models.PROTECT, related_name="tiles")
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of the tree's size and root, as a signed note."""

    pk = models.CompositePrimaryKey("log_id", "size")
    log = models.ForeignKey(Log, models.PROTECT, related_name="checkpoints")
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()

    def __str__(self) -> str:
        return f"{self.size} leaves"
