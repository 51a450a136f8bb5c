"""The tables behind the PassKit contract: every pass is one JSON message with the keys that it is found by."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS pk_class (id TEXT PRIMARY KEY, kind TEXT NOT NULL, uid TEXT NOT NULL, name TEXT NOT NULL,
  tier TEXT NOT NULL, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pk_object (id TEXT PRIMARY KEY, kind TEXT NOT NULL, class TEXT NOT NULL,
  external_id TEXT NOT NULL, order_number TEXT NOT NULL, created INTEGER NOT NULL, message_json TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS pk_object_external ON pk_object (kind, class, external_id);
CREATE INDEX IF NOT EXISTS pk_object_page ON pk_object (kind, class, created, id);
CREATE TABLE IF NOT EXISTS pk_event (id TEXT PRIMARY KEY, member TEXT NOT NULL, at INTEGER NOT NULL,
  external_id TEXT NOT NULL, message_json TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS pk_event_member ON pk_event (member, at);
"""
