import type { Entry } from './tree.ts'

/** The commands below `esc server` that look after its data. */
export const serverData: readonly Entry[] = [
  {
    name: 'backup',
    summary: 'Write a sealed, consistent copy of the data file',
    load: () => import('./commands/server-backup.ts'),
    children: [
      {
        name: 'verify',
        summary: 'Examine a backup without restoring it',
        load: () => import('./commands/server-backup-verify.ts'),
      },
    ],
  },
  {
    name: 'restore',
    summary: 'Put a backup where there is no data yet',
    load: () => import('./commands/server-restore.ts'),
  },
  {
    name: 'copy',
    summary: 'Copy the data file into a new PostgreSQL database',
    load: () => import('./commands/server-copy.ts'),
  },
  {
    name: 'doctor',
    summary: 'Examine all data, while the server runs',
    load: () => import('./commands/server-doctor.ts'),
  },
  {
    name: 'status',
    summary: 'Say how the server on this machine does',
    load: () => import('./commands/server-status.ts'),
  },
  {
    name: 'migrate',
    summary: 'Bring the schema up to date',
    load: () => import('./commands/server-migrate.ts'),
  },
  {
    name: 'protect',
    summary: 'End an upgrade: refuse records that were altered in the database',
    load: () => import('./commands/server-protect.ts'),
  },
]
