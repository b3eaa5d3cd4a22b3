import { closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Kysely, Migrator, PostgresDialect, SqliteDialect, type Dialect } from 'kysely';
import Libsql from 'libsql';
import { Pool } from 'pg';
import { migrations, type Flavour } from './migrations';
import type { Tables } from './tables';

/** Milliseconds that a statement waits for a lock, or for a connection. */
const PATIENCE_MS = 5000;
/** The same for the embedded database, in which waiting stops everything else. */
const EMBEDDED_PATIENCE_MS = 250;
const MOST_CONNECTIONS = 10;

/** A database whose tables are made, or brought up to date, before it is first used. */
export interface Database {
  /** Connects and migrates if that has not been done; throws what the database says. */
  ready(): Promise<Kysely<Tables>>;
  /** Throws if the file of an embedded database is not the one that was opened: what is written would be lost. */
  checkFile(): void;
  close(): Promise<void>;
}

/** The path of an embedded database; undefined for a server. */
export function fileOf(url: string): string | undefined {
  return url.startsWith('file:') ? url.slice('file:'.length) : undefined;
}

function embedded(file: string): Dialect {
  if (file !== ':memory:') {
    // Comments in feedback may name a patient: what is made here is for its owner alone.
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    closeSync(openSync(file, 'a', 0o600));
  }
  const database = new Libsql(file, { timeout: EMBEDDED_PATIENCE_MS });
  database.pragma('journal_mode = WAL');
  // What was committed survives a loss of power, too.
  database.pragma('synchronous = FULL');
  return new SqliteDialect({ database });
}

function server(connectionString: string): Dialect {
  const pool = new Pool({
    connectionString,
    max: MOST_CONNECTIONS,
    connectionTimeoutMillis: PATIENCE_MS,
    statement_timeout: PATIENCE_MS,
    // A server that does not answer at all does not end its statements either.
    query_timeout: PATIENCE_MS,
    application_name: 'nerve-block-cds',
  });
  // A connection that breaks, idle or between two statements, is replaced by the next use; unheard, it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => void client.on('error', () => {}));
  return new PostgresDialect({ pool });
}

/** Which file stands at a path: by device and number; a database in memory has none. */
function identityOf(file: string): string {
  const found = file === ':memory:' ? undefined : statSync(file, { throwIfNoEntry: false });
  return found ? `${found.dev} ${found.ino}` : 'none';
}

async function migrate(database: Kysely<Tables>, flavour: Flavour): Promise<Kysely<Tables>> {
  const all = migrations(flavour);
  const migrator = new Migrator({ db: database, provider: { getMigrations: () => Promise.resolve(all) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return database;
}

/**
 * Opens the database that a `DATABASE_URL` names: `file:<path>` is embedded, `postgres://…` a server.
 * @throws what the embedded database says when the file cannot be opened
 */
export function openDatabase(url: string): Database {
  const file = fileOf(url);
  const dialect = file === undefined ? server(url) : embedded(file);
  const opened = file === undefined ? undefined : identityOf(file);
  const database = new Kysely<Tables>({ dialect });
  let migrated: Promise<Kysely<Tables>> | undefined;
  return {
    ready() {
      migrated ??= migrate(database, file === undefined ? 'postgres' : 'sqlite').catch((error: unknown) => {
        migrated = undefined;
        throw error;
      });
      return migrated;
    },
    checkFile() {
      if (file !== undefined && identityOf(file) !== opened)
        throw new Error('the file of the store was deleted or replaced');
    },
    close: () => database.destroy(),
  };
}
