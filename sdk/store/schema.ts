/**
 * The tables, one entry for each version of the schema. Entries are never changed once released: a new version
 * is a new entry that changes what the ones before it made.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE machines (
    name   TEXT PRIMARY KEY,
    record TEXT NOT NULL CHECK (json_valid(record))
  ) STRICT;
  CREATE UNIQUE INDEX machine_taps ON machines (json_extract(record, '$.tap'));

  CREATE TABLE operations (
    id     TEXT PRIMARY KEY,
    record TEXT NOT NULL CHECK (json_valid(record))
  ) STRICT;
  CREATE INDEX operation_states ON operations (json_extract(record, '$.state'));

  CREATE TABLE journal (
    number    INTEGER PRIMARY KEY,
    operation TEXT NOT NULL REFERENCES operations (id) ON DELETE CASCADE,
    entry     TEXT NOT NULL CHECK (json_valid(entry))
  ) STRICT;
  CREATE INDEX journal_operations ON journal (operation);

  CREATE TABLE locks (
    machine     TEXT PRIMARY KEY,
    operation   TEXT NOT NULL,
    pid         INTEGER NOT NULL,
    start_ticks INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE facts (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value))
  ) STRICT;
  `,
  `
  CREATE TABLE disks (
    name   TEXT PRIMARY KEY,
    record TEXT NOT NULL CHECK (json_valid(record))
  ) STRICT;
  `,
  `
  CREATE TABLE routes (
    name   TEXT PRIMARY KEY,
    record TEXT NOT NULL CHECK (json_valid(record))
  ) STRICT;
  `,
]
