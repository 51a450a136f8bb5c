"""The tables behind the Airship contract. Times are unix seconds; `_json` columns hold JSON."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS aw_template (id INTEGER PRIMARY KEY, external_id TEXT NOT NULL, name TEXT NOT NULL,
  project INTEGER NOT NULL, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS aw_pass (id INTEGER PRIMARY KEY, template INTEGER NOT NULL, external_id TEXT,
  serial TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, installed INTEGER, uninstalled INTEGER,
  platform TEXT NOT NULL, headers_json TEXT NOT NULL, fields_json TEXT NOT NULL, beacons_json TEXT NOT NULL,
  details_json TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS aw_pass_external ON aw_pass (external_id, template);
CREATE TABLE IF NOT EXISTS aw_location (id INTEGER PRIMARY KEY, pass INTEGER NOT NULL, value_json TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS aw_location_pass ON aw_location (pass);
CREATE TABLE IF NOT EXISTS aw_tag (id INTEGER PRIMARY KEY, pass INTEGER NOT NULL, name TEXT NOT NULL,
  created INTEGER NOT NULL, UNIQUE (pass, name));
CREATE TABLE IF NOT EXISTS aw_ticket (id INTEGER PRIMARY KEY, created REAL NOT NULL, due REAL NOT NULL,
  done INTEGER NOT NULL, passes_json TEXT NOT NULL, body_json TEXT NOT NULL);
"""
