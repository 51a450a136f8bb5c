"""The tables behind the Passcreator contract. Times are unix seconds; texts hold JSON where the name says so."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS pc_template (id TEXT PRIMARY KEY, name TEXT NOT NULL, own INTEGER NOT NULL,
  position INTEGER NOT NULL, settings_json TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS pc_configuration (id TEXT PRIMARY KEY, name TEXT NOT NULL, template TEXT, place TEXT,
  scan_mode INTEGER NOT NULL, created INTEGER NOT NULL, properties_json TEXT NOT NULL, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pc_pass (
  identifier TEXT PRIMARY KEY, template TEXT NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
  generated_id TEXT NOT NULL, link TEXT NOT NULL, barcode TEXT NOT NULL, user_id TEXT NOT NULL,
  voided INTEGER NOT NULL, redeemed INTEGER NOT NULL, expires INTEGER, valid_from INTEGER,
  stored_value REAL NOT NULL, eligible_json TEXT NOT NULL, used_json TEXT NOT NULL, last_usage INTEGER,
  fields_json TEXT NOT NULL, details_json TEXT NOT NULL, search TEXT NOT NULL,
  active INTEGER NOT NULL, inactive INTEGER NOT NULL, printed INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS pc_pass_page ON pc_pass (template, created, identifier);
CREATE INDEX IF NOT EXISTS pc_pass_barcode ON pc_pass (barcode);
CREATE INDEX IF NOT EXISTS pc_pass_user_id ON pc_pass (user_id);
CREATE TABLE IF NOT EXISTS pc_registration (id INTEGER PRIMARY KEY, pass TEXT NOT NULL, template TEXT NOT NULL,
  os TEXT NOT NULL, activated INTEGER NOT NULL, deactivated INTEGER);
CREATE INDEX IF NOT EXISTS pc_registration_pass ON pc_registration (pass);
CREATE INDEX IF NOT EXISTS pc_registration_template ON pc_registration (template);
CREATE TABLE IF NOT EXISTS pc_event (id INTEGER PRIMARY KEY, pass TEXT NOT NULL, template TEXT NOT NULL,
  kind TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS pc_event_pass ON pc_event (pass, kind);
CREATE INDEX IF NOT EXISTS pc_event_template ON pc_event (template, kind, at);
CREATE TABLE IF NOT EXISTS pc_scan (id TEXT PRIMARY KEY, configuration TEXT NOT NULL, pass TEXT,
  status INTEGER NOT NULL, created INTEGER NOT NULL, received INTEGER NOT NULL,
  barcode TEXT NOT NULL, device TEXT NOT NULL,
  properties_json TEXT NOT NULL, used_at INTEGER);
CREATE INDEX IF NOT EXISTS pc_scan_page ON pc_scan (created, id);
CREATE TABLE IF NOT EXISTS pc_hook (id TEXT PRIMARY KEY, event TEXT NOT NULL, template TEXT);
CREATE TABLE IF NOT EXISTS pc_payload (number INTEGER PRIMARY KEY, id TEXT NOT NULL, event TEXT NOT NULL,
  at INTEGER NOT NULL, payload_json TEXT NOT NULL);
"""
