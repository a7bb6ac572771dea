import { operatingCodes } from './operating-codes.ts'
import { storeCodes } from './store-codes.ts'

/** How a refusal is meant; `http/problem.ts` and `cli/exit.ts` alone turn it into a status or an exit code. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'denied'
  | 'not-found'
  | 'conflict'
  | 'too-large'
  | 'unsupported'
  | 'rate-limited'
  | 'unavailable'
  | 'storage-full'
  | 'internal'

/** One refusal: `{name}` in `say` and `hint` is filled from the error's facts. Lower case, no full stop. */
export interface CodeEntry {
  readonly kind: ErrorKind
  readonly say: string
  readonly hint: string
}

const table = <T extends Record<string, CodeEntry>>(entries: T): T => entries

/**
 * Every refusal of the product, in one table, grouped by the noun it speaks of.
 * Messages that clients match on keep the exact words of the wire contract.
 */
export const codes = table({
  // requests
  REQUEST_INVALID: { kind: 'invalid', say: '{what}', hint: '{hint}' },
  BODY_TOO_LARGE: {
    kind: 'too-large',
    say: 'the body has more than {limit} bytes',
    hint: 'split the definition into imports',
  },
  EVALUATORS_BUSY: { kind: 'unavailable', say: 'evaluators_busy: {said}', hint: 'try again in a second' },
  RATE_LIMITED: {
    kind: 'rate-limited',
    say: 'Too Many Requests: more than {limit} {per}',
    hint: 'wait {seconds} s and try again',
  },
  ENCODING_UNSUPPORTED: {
    kind: 'unsupported',
    say: 'content encoding `{got}` is not supported: wanted `gzip` or none',
    hint: 'send the body as it is',
  },

  AUDIT_UNAVAILABLE: {
    kind: 'unavailable',
    say: 'the audit trail cannot be written: nothing was changed or revealed',
    hint: 'try again later; the server log has the details',
  },
  TEST_FILE_INVALID: { kind: 'invalid', say: '{place}: {what}', hint: '{hint}' },
  ROUTE_NOT_FOUND: { kind: 'not-found', say: 'Not Found: no route `{method} {path}`', hint: '' },

  // identity
  TOKEN_MISSING: {
    kind: 'unauthenticated',
    say: 'no access token was sent',
    hint: 'log in with `esc login <url>`',
  },
  TOKEN_MALFORMED: {
    kind: 'unauthenticated',
    say: 'the access token is damaged or cut off',
    hint: 'copy the whole token again, or log in with `esc login <url>`',
  },
  TOKEN_INVALID: {
    kind: 'unauthenticated',
    say: 'the access token is not valid',
    hint: 'log in again with `esc login <url>`',
  },

  TOKEN_EXPIRED: {
    kind: 'unauthenticated',
    say: 'the access token expired at {at}',
    hint: 'log in again with `esc login <url>`',
  },
  TOKEN_REVOKED: {
    kind: 'unauthenticated',
    say: 'the access token was revoked',
    hint: 'log in again with `esc login <url>`',
  },
  DEVICE_CODE_UNKNOWN: {
    kind: 'not-found',
    say: 'Not Found: no login waits for this code',
    hint: 'compare the code with the one that the program shows; it is good for ten minutes and for one answer',
  },
  NOT_SAME_ORIGIN: {
    kind: 'denied',
    say: 'Forbidden: this form was not sent from a page of this server',
    hint: 'open the page of this server itself, and send the form from there',
  },
  FRESH_LOGIN_NEEDED: {
    kind: 'denied',
    say: 'fresh_login_needed: this change asks for a login of the last {minutes} minutes; run `esc login --renew` and repeat it',
    hint: 'run `esc login --renew` and repeat it',
  },
  FORBIDDEN: {
    kind: 'denied',
    say: 'Forbidden: needs `{permission}` on `{resource}`',
    hint: 'ask {who} to grant it',
  },
  ALREADY_INITIALISED: {
    kind: 'conflict',
    say: 'this server already has a first administrator',
    hint: 'log in as an administrator and make another token',
  },

  // environments
  NAME_INVALID: { kind: 'invalid', say: 'invalid {what} name `{got}`: {rule}', hint: '' },
  ORGANIZATION_NOT_FOUND: { kind: 'not-found', say: 'Not Found: organization `{organization}`', hint: '' },
  ENVIRONMENT_NOT_FOUND: {
    kind: 'not-found',
    say: "Not Found: environment '{environment}'",
    hint: 'list what you may see with `esc env ls`',
  },
  ENVIRONMENT_EXISTS: {
    kind: 'conflict',
    say: "Conflict: environment '{environment}' already exists",
    hint: '',
  },
  ETAG_MISMATCH: {
    kind: 'conflict',
    say: 'Conflict: the environment changed since it was read (etag mismatch){who}',
    hint: 'read it again and repeat the edit',
  },
  DIAGNOSTICS: { kind: 'invalid', say: 'Bad Request: the definition has errors', hint: '' },
  SESSION_NOT_FOUND: {
    kind: 'not-found',
    say: 'Not Found: open session',
    hint: 'the session may have expired; open the environment again',
  },
  PATH_INVALID: { kind: 'invalid', say: '{what}', hint: 'write a path like `a.b[0]["c.d"]`' },
  PATH_MISMATCH: { kind: 'invalid', say: '{what}', hint: '' },
  CIPHERTEXT_INVALID: {
    kind: 'invalid',
    say: 'invalid ciphertext\n{detail}',
    hint: 'write the secret anew in plaintext, it is sealed when it is saved',
  },
  OUTPUT_FORMAT_UNKNOWN: {
    kind: 'invalid',
    say: 'unknown output format {got}',
    hint: 'formats are json, yaml, string, detailed, dotenv and shell',
  },
  OUTPUT_FORMAT_PATH: {
    kind: 'invalid',
    say: "output format '{format}' may not be used with a property path",
    hint: 'leave the path out, or use json, yaml, string or detailed',
  },
  NOT_REPRESENTABLE: {
    kind: 'invalid',
    say: 'not representable: {name}: {reason}',
    hint: 'use `--format json` or `esc run`',
  },
  PROPERTY_NOT_FOUND: { kind: 'not-found', say: 'Not Found: property `{path}`', hint: '' },

  DELETION_PROTECTED: {
    kind: 'conflict',
    say: "Conflict: environment '{environment}' is protected against deletion",
    hint: 'switch it off with `esc env settings set {environment} deletion-protected false`',
  },
  SUBJECT_IN_USE: {
    kind: 'conflict',
    say: 'Conflict: subject_in_use: {environment} was trusted before (`{subject}`, last minted {on} for {roles}); an administrator must confirm',
    hint: 'choose another name, or as an administrator: esc env init {environment} --confirm-subject "{subject}"',
  },
  SEALED_VALUE_NOT_TRANSFERABLE: {
    kind: 'invalid',
    say: 'Bad Request: a `ciphertext` in the definition was not sealed for where it stands',
    hint: 'type the value again as `fn::secret: <value>`, or ask someone who may open its environment to copy it',
  },
  IMPORT_FORBIDDEN: {
    kind: 'denied',
    say: 'import_forbidden: you may not open `{environment}`',
    hint: 'ask whoever administers it for `open`',
  },
  REVISION_NOT_FOUND: {
    kind: 'not-found',
    say: "Not Found: revision `{version}` of environment '{environment}'",
    hint: 'list them with `esc env version history {environment}`',
  },
  REVISION_RETRACTED: {
    kind: 'not-found',
    say: "Not Found: revision {number} of environment '{environment}' was retracted: {why}; use revision {replacement} instead",
    hint: '',
  },
  REVISION_NOT_RETRACTABLE: { kind: 'invalid', say: 'Bad Request: {what}', hint: '{hint}' },
  REVISION_TAG_NOT_FOUND: {
    kind: 'not-found',
    say: "Not Found: revision tag `{tag}` of environment '{environment}'",
    hint: 'list them with `esc env version tag ls {environment}`',
  },
  REVISION_TAG_EXISTS: {
    kind: 'conflict',
    say: "Conflict: revision tag `{tag}` of environment '{environment}' already exists",
    hint: 'move it instead',
  },
  TAG_NOT_FOUND: {
    kind: 'not-found',
    say: "Not Found: tag `{tag}` of environment '{environment}'",
    hint: 'list them with `esc env tag ls {environment}`',
  },
  TAG_EXISTS: {
    kind: 'conflict',
    say: "Conflict: tag `{tag}` of environment '{environment}' already exists",
    hint: 'update it instead',
  },
  TAG_CHANGED: {
    kind: 'conflict',
    say: "Conflict: tag `{tag}` of environment '{environment}' has another value by now",
    hint: 'read it again and repeat the edit',
  },
  DRAFT_NOT_FOUND: { kind: 'not-found', say: 'Not Found: draft `{id}`', hint: '' },
  DRAFT_EXISTS: {
    kind: 'conflict',
    say: "Conflict: environment '{environment}' already has a draft, `{id}`",
    hint: 'change it with `--draft={id}`, or close it first',
  },
  CHANGE_REQUEST_NOT_FOUND: { kind: 'not-found', say: 'Not Found: change request `{id}`', hint: '' },
  CHANGE_REQUEST_STATE: {
    kind: 'invalid',
    say: 'Bad Request: change request must be in {wanted} status to {action} (current status: {status}): invalid request',
    hint: '',
  },
  APPROVAL_NEEDED: {
    kind: 'conflict',
    say: "Conflict: `{action}` of environment '{environment}' needs an approval by gate `{gate}`",
    hint: '{hint}',
  },
  NOT_GATED: {
    kind: 'invalid',
    say: "Bad Request: opening environment '{environment}' needs no approval",
    hint: 'open it with `esc env open {environment}`',
  },
  ROTATION_DISABLED: {
    kind: 'denied',
    say: 'Secret rotation is not enabled for this organization',
    hint: 'ask an administrator of the organization to enable it',
  },
  PROVIDER_NOT_FOUND: { kind: 'not-found', say: 'Not Found: {what} `{name}`', hint: '' },
  NOT_FOUND: { kind: 'not-found', say: 'Not Found: {what} `{id}`', hint: '' },
  CONFLICT: { kind: 'conflict', say: 'Conflict: {what}', hint: '{hint}' },

  // keys
  KEY_FILE_INVALID: { kind: 'unavailable', say: 'key file `{path}`: {rule}', hint: '{hint}' },
  KEY_FILE_MISSING: {
    kind: 'unavailable',
    say: 'this store was sealed with key `{wanted}`, and there is no key file at `{path}`',
    hint: 'nothing was changed; put the key file back, or name its place with --key-file',
  },
  DATA_FOLDER_UNUSABLE: {
    kind: 'unavailable',
    say: 'the data folder `{path}` cannot be used: {said}',
    hint: 'make it writable for the user the server runs as, or name another with --data',
  },
  PORT_IN_USE: {
    kind: 'unavailable',
    say: 'port {port} of {host} is already in use',
    hint: 'stop the other program, or choose another port with --port',
  },
  SETTING_INVALID: { kind: 'invalid', say: 'setting {name}: wanted {wanted}, got `{got}`', hint: '{hint}' },
  STORE_SEALS_BROKEN: {
    kind: 'internal',
    say: '{good} of {all} open; these do not: {bad}',
    hint: 'nothing was changed; earlier revisions and backups may hold what is damaged',
  },
  KEY_MISMATCH: {
    kind: 'unavailable',
    say: 'this store was sealed with key `{wanted}`; the configured source offers `{got}`',
    hint: 'nothing was changed; point the server at the key file the store was made with',
  },
  KEY_UNAVAILABLE: {
    kind: 'unavailable',
    say: 'key_unavailable: the key `{keyId}` cannot be used now ({why}); nothing was changed or revealed',
    hint: 'retry; it works again as soon as the key does, without a restart',
  },
  KEY_NOT_INITIALISED: {
    kind: 'unavailable',
    say: 'the store has no key yet',
    hint: 'initialise it once, on purpose; the new key is shown where to keep it',
  },
  KEY_ALREADY_INITIALISED: {
    kind: 'conflict',
    say: 'the store was initialised before, with key `{wanted}`',
    hint: 'nothing was changed; start the server with that key',
  },
  VALUE_INTEGRITY_FAILED: {
    kind: 'internal',
    say: 'value_integrity_failed: `{path}` in revision {revision} of `{environment}`: the stored value was altered or moved; earlier revisions are unaffected; restore one with `esc env version rollback {environment}@{before}`',
    hint: 'restore with `esc env version rollback {environment}@{before}`, or type the value again',
  },
  RECORD_INTEGRITY: {
    kind: 'internal',
    say: 'record_integrity: {record} was altered, moved or put back in the store; nothing else is affected',
    hint: 'an administrator restores it from a backup with `esc server doctor --restore-from FILE`, or an environment’s text with `esc env version rollback`',
  },
  VALUE_INTEGRITY: {
    kind: 'internal',
    say: 'the stored value was altered or moved; earlier revisions are unaffected',
    hint: 'restore an earlier revision of the environment',
  },

  ...storeCodes,
  SERVER_SILENT: {
    kind: 'unavailable',
    say: 'no server answers on port {port} of this machine',
    hint: 'start it with --metrics-port {port}, or name the port that it was started with',
  },
  LEASE_LOST: {
    kind: 'conflict',
    say: 'another server has taken this run over',
    hint: 'nothing was changed by this one',
  },
  CLOCK_SKEW: {
    kind: 'unavailable',
    say: 'clock_skew: this host is {seconds} s {direction} {reference}',
    hint: 'no token is signed until the clocks agree; let the clock be synchronised, by NTP for example',
  },

  // the issuer
  ISSUER_URL_INVALID: { kind: 'invalid', say: 'issuer base URL `{got}`: {rule}', hint: '{hint}' },
  SUBJECT_ATTRIBUTE_UNKNOWN: {
    kind: 'invalid',
    say: 'subject attribute `{got}` (element {index}) is not one of {wanted}',
    hint: 'use only the attributes listed',
  },
  SUBJECT_ATTRIBUTE_TWICE: {
    kind: 'invalid',
    say: 'subject attribute `{got}` (element {index}) is listed twice',
    hint: 'list each attribute once',
  },
  SUBJECT_VALUE_MISSING: {
    kind: 'invalid',
    say: 'subject attribute `{attribute}` has no value: the caller holds a token of type `{tokenType}`',
    hint: 'open with a token that carries it, or take it out of `subjectAttributes`',
  },
  SUBJECT_VALUE_INVALID: {
    kind: 'invalid',
    say: '{attribute} `{got}` cannot stand in a token subject: {rule}',
    hint: 'rename it',
  },
  IDENTITY_NOT_ENABLED: {
    kind: 'denied',
    say: 'fn::open::oidc is not enabled for organization "{organization}"',
    hint: 'an organization admin can enable it',
  },
  IDENTITY_UNSAVED: {
    kind: 'invalid',
    say: 'fn::open::oidc cannot run in an unsaved environment document; save the environment and import it',
    hint: '',
  },
  IDENTITY_AUDIENCE_INVALID: {
    kind: 'invalid',
    say: 'audience must be 1 to {limit} bytes and not blank, got {bytes} bytes',
    hint: 'name exactly one audience',
  },
  IDENTITY_DURATION_INVALID: {
    kind: 'invalid',
    say: 'duration must be between 1m0s and 1h0m0s',
    hint: '',
  },
  TOKEN_LIFE_INVALID: {
    kind: 'invalid',
    say: 'login tokens may live 60 to 3600 seconds, got {got}',
    hint: 'leave the setting out for 3600',
  },
  TOKEN_UNVERIFIED: { kind: 'unauthenticated', say: 'the token does not verify: {what}', hint: '' },
  ROTATION_TOO_FAST: {
    kind: 'conflict',
    say: 'the next key was not published for long enough; earliest {earliest}',
    hint: 'verifiers that cached the key set would refuse its tokens; revoke the active key if it leaked',
  },

  // the AWS sandbox
  SANDBOX_NOT_ALLOWED: {
    kind: 'denied',
    say: 'sandbox_not_allowed_in_production: the AWS sandbox does not start: {problems}',
    hint: '{fix}',
  },

  ...operatingCodes,
})

/** The name of a refusal. */
export type Code = keyof typeof codes
