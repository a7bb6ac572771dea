import type { CodeEntry } from './codes.ts'

/** Refusals that only whoever operates a server meets. A part of `codes`. */
export const operatingCodes = {
  INSECURE_CONFIGURATION: {
    kind: 'unavailable',
    say: 'insecure_configuration: the server does not start in production mode:{problems}',
    hint: 'nothing was changed; mend each, or leave --production out for a trial on loopback',
  },
  HOST_EXPOSED: {
    kind: 'unavailable',
    say: 'insecure_configuration: `{got}` can be reached from other machines, and this is development mode',
    hint: 'nothing was changed; add --production, which lists what it needs, or listen on 127.0.0.1',
  },
  BACKUP_DAMAGED: {
    kind: 'unavailable',
    say: 'backup_damaged: `{path}` {what}',
    hint: 'nothing was changed; take another copy of it, or an earlier backup',
  },
} as const satisfies Record<string, CodeEntry>
