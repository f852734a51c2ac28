"""What the portal remembers of its ERPs: the way there, what is bound to what, how far it read."""

from erp_bridge.models.binding import Binding
from erp_bridge.models.connection import Connection
from erp_bridge.models.cursor import Cursor
from erp_bridge.models.held_record import HeldRecord
from erp_bridge.models.look import Look
from erp_bridge.models.sync_run import SyncRun

__all__ = ["Binding", "Connection", "Cursor", "HeldRecord", "Look", "SyncRun"]
