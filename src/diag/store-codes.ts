import type { CodeEntry } from './codes.ts'

/** Refusals of the store, of its schema and of its copies. A part of `codes`. */
export const storeCodes = {
  STORE_BUSY: {
    kind: 'unavailable',
    say: 'the store `{path}` is locked by another program',
    hint: 'nothing was changed; try again, and close any tool that has the file open',
  },
  STORE_IN_USE: {
    kind: 'unavailable',
    say: 'the store `{path}` is already open in another process',
    hint: 'stop the other server, or give this one a data folder of its own; `--online` and `esc server doctor` work beside it',
  },
  STORE_UNWRITABLE: {
    kind: 'unavailable',
    say: 'the store `{path}` cannot be opened for writing',
    hint: 'check that the folder exists and belongs to the user the server runs as',
  },
  STORAGE_FULL: {
    kind: 'storage-full',
    say: 'no space is left for the store `{path}`',
    hint: 'nothing was changed, and reads go on; free some space and try again',
  },
  STORE_FAILED: {
    kind: 'unavailable',
    say: 'the disk under the store `{path}` failed; the store is stopped so that nothing is lost',
    hint: 'check the disk, then start the server again: it recovers by itself',
  },
  STORE_REPLACED: {
    kind: 'unavailable',
    say: '`{path}` was removed or replaced while the store was in use; the store is stopped so that nothing more is lost',
    hint: '{hint}',
  },
  STORE_DAMAGED: {
    kind: 'unavailable',
    say: 'the store `{path}` is damaged or is not a store',
    hint: 'nothing was changed; restore a backup, or name another file',
  },
  STORE_NEWER: {
    kind: 'unavailable',
    say: 'the store has schema {found}, this program knows schemas up to {known}',
    hint: 'nothing was changed; run the newer program, or restore a backup made before it',
  },
  MIGRATION_ONE_WAY: {
    kind: 'conflict',
    say: 'the store has schema {found}; steps can be taken back to schema {floor} at the lowest, wanted {to}',
    hint: 'nothing was changed; name a schema in between, or restore a backup of that time elsewhere',
  },
  MIGRATION_IN_USE: {
    kind: 'conflict',
    say: 'servers of schema {running} still use the database; steps can be taken back to schema {to} when they have ended',
    hint: 'nothing was changed; replace them by servers of the version before, then run this again',
  },
  BACKUP_EXISTS: {
    kind: 'conflict',
    say: '`{path}` exists already',
    hint: 'nothing was written; name another file',
  },
  STORE_UNAVAILABLE: {
    kind: 'unavailable',
    say: 'the database `{path}` cannot be used: {said}',
    hint: 'try again; check that the database runs, is writable and admits this user',
  },
  DATABASE_UNSAFE: {
    kind: 'unavailable',
    say: 'the database has `{name}` = `{got}`, wanted `{wanted}`',
    hint: 'with this setting acknowledged changes can be lost; nothing was changed: set it, for this role and database too, and start again',
  },
  COPY_TARGET_USED: {
    kind: 'conflict',
    say: 'the database holds data already: table `{table}` has rows',
    hint: 'nothing was copied; name a new database',
  },
  STORE_CLOSED: { kind: 'unavailable', say: 'the store is closed', hint: 'the server is stopping' },
} as const satisfies Record<string, CodeEntry>
