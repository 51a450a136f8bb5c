"""The tables behind the PassEntry contract. Times are unix seconds; `_json` columns hold JSON."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS pe_template (id TEXT PRIMARY KEY, name TEXT NOT NULL, pass_type TEXT NOT NULL,
  fields_json TEXT NOT NULL, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pe_pass (id TEXT PRIMARY KEY, ext_id TEXT, template TEXT NOT NULL, created INTEGER NOT NULL,
  added INTEGER, removed INTEGER, deactivated INTEGER, expires INTEGER, nullified INTEGER, device TEXT,
  content_json TEXT NOT NULL, details_json TEXT NOT NULL, balance REAL NOT NULL);
CREATE INDEX IF NOT EXISTS pe_pass_ext_id ON pe_pass (ext_id);
CREATE INDEX IF NOT EXISTS pe_pass_created ON pe_pass (created, id);
CREATE TABLE IF NOT EXISTS pe_reader (id TEXT PRIMARY KEY, name TEXT NOT NULL, entity TEXT NOT NULL,
  validity INTEGER NOT NULL, settings_json TEXT NOT NULL, position INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS pe_scan (id TEXT PRIMARY KEY, pass TEXT, reader TEXT NOT NULL, kind TEXT NOT NULL,
  value TEXT NOT NULL, validation TEXT NOT NULL, status TEXT NOT NULL, detail TEXT NOT NULL, at INTEGER NOT NULL,
  number INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS pe_scan_pass ON pe_scan (pass, reader, status, at);
CREATE TABLE IF NOT EXISTS pe_webhook (id TEXT PRIMARY KEY, url TEXT NOT NULL, enabled INTEGER NOT NULL,
  events_json TEXT NOT NULL, secret TEXT NOT NULL);
"""
