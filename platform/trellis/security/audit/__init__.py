"""The audit: what happened that somebody may have to answer for, written with it, chained by hashes, read by those who may."""

from __future__ import annotations

from trellis.security.audit.event import AuditEvent, Subject, Who
from trellis.security.audit.write import write_audit, write_audit_on

__all__ = ["AuditEvent", "Subject", "Who", "write_audit", "write_audit_on"]
