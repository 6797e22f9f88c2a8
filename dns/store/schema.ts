/** The tables, one step for each version. A step that was released never changes. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE zones (
    origin TEXT PRIMARY KEY,
    -- Of the zone file that was last read, as a hash; NULL for none.
    file TEXT
  ) STRICT;
  CREATE TABLE record_sets (
    origin TEXT NOT NULL REFERENCES zones (origin) ON DELETE CASCADE,
    name TEXT NOT NULL,
    type INTEGER NOT NULL,
    ttl INTEGER NOT NULL,
    -- Data of each record after its length in two bytes.
    data BLOB NOT NULL,
    PRIMARY KEY (origin, name, type)
  ) STRICT;
  CREATE TABLE routes (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    -- As JSON; deleted ones too, for their numbers.
    entry TEXT NOT NULL
  ) STRICT;
  CREATE TABLE route_files (
    -- What the settings said of each route when they were last read.
    memory TEXT NOT NULL
  ) STRICT;
  `,
]
