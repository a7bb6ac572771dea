import { faultKinds } from './faults.ts'

/** One option of `esc sandbox aws`: how it is spelled, what it takes, what holds without it. */
export interface SandboxOption {
  /** Name in the settings that the command hands on. */
  readonly name: string
  readonly flag: string
  readonly type: 'string' | 'integer' | 'boolean' | 'list'
  readonly default: string | number | boolean | readonly string[]
  readonly help: string
}

const faultHelp = Object.entries(faultKinds)
  .map(([name, kind]) => `${name}${kind.value ? `=<${kind.value}>` : ''}: ${kind.help}`)
  .join('; ')

/** Every option of the sandbox command, in the order the help prints them. */
export const sandboxOptions: readonly SandboxOption[] = Object.freeze([
  {
    name: 'host',
    flag: '--host',
    type: 'string',
    default: '127.0.0.1',
    help: 'address to listen on; anything but a loopback address also needs --allow-remote',
  },
  {
    name: 'port',
    flag: '--port',
    type: 'integer',
    default: 3721,
    help: 'port to listen on; 0 takes a free one',
  },
  {
    name: 'allowRemote',
    flag: '--allow-remote',
    type: 'boolean',
    default: false,
    help: 'answer other machines too; the administrator key pair is then all that protects the sandbox',
  },
  {
    name: 'hosts',
    flag: '--allowed-host',
    type: 'list',
    default: [],
    help: 'another host name clients may use for this endpoint (repeatable), for example a container name',
  },
  {
    name: 'account',
    flag: '--account',
    type: 'string',
    default: '123456789012',
    help: "the administrator's account id, 12 digits; every other account id works by ARN",
  },
  {
    name: 'region',
    flag: '--region',
    type: 'string',
    default: 'us-east-1',
    help: 'region the sandbox stands for; it also decides the partition of ARNs',
  },
  {
    name: 'accessKeyId',
    flag: '--access-key-id',
    type: 'string',
    default: '',
    help: "the administrator's access key id, beginning with AKIASANDBOX; default: made from the account id",
  },
  {
    name: 'secretAccessKey',
    flag: '--secret-access-key',
    type: 'string',
    default: '',
    help: "the administrator's secret access key; default: a fixed one that the start prints",
  },
  {
    name: 'state',
    flag: '--state',
    type: 'string',
    default: '',
    help: 'file that keeps providers and roles between runs; default: in memory only',
  },
  {
    name: 'faults',
    flag: '--fault',
    type: 'list',
    default: [],
    help: `trouble to show (repeatable); \`*2\` at the end limits one to two calls. ${faultHelp}`,
  },
  {
    name: 'allowLinkLocal',
    flag: '--allow-link-local',
    type: 'boolean',
    default: false,
    help: 'read issuers at link-local addresses too, where clouds keep their metadata services',
  },
  {
    name: 'decisionLimit',
    flag: '--decisions',
    type: 'integer',
    default: 200,
    help: 'how many decisions are kept for /_sandbox/decisions',
  },
])
