import type { ProgramOption } from './program-options.ts'

/** Every setting of `esc server start`, in the order the help prints them: flag, `OPENESC_…` variable and file key. */
export const serverOptions: readonly ProgramOption[] = Object.freeze([
  {
    name: 'host',
    flag: '--host',
    type: 'string',
    default: '127.0.0.1',
    help: 'Address to listen on',
  },
  {
    name: 'port',
    flag: '--port',
    type: 'integer',
    default: 3720,
    help: 'Port to listen on; 0 takes a free one',
  },
  {
    name: 'data',
    flag: '--data',
    type: 'string',
    default: '~/.openesc',
    help: 'Directory that holds the database',
  },
  {
    name: 'keyFile',
    flag: '--key-file',
    type: 'string',
    default: '',
    help: 'File with the key that seals all secrets; default: `key` in the data directory',
  },
  {
    name: 'keyFile',
    flag: '--key-file',
    type: 'string',
    default: '',
    help: 'File of the key that seals all secrets; default: `key` in the data directory',
  },
  {
    name: 'issuerBaseUrl',
    flag: '--issuer-base-url',
    type: 'string',
    default: '',
    help: 'Public URL of the issuer, as clouds will fetch it; default: the address that is listened on',
  },
  {
    name: 'stsEndpoint',
    flag: '--sts-endpoint',
    type: 'string',
    default: '',
    help: 'AWS STS endpoint for aws-login, for example that of `esc sandbox aws`; default: that of AWS',
  },
  {
    name: 'awsRegion',
    flag: '--aws-region',
    type: 'string',
    default: 'us-east-1',
    help: 'AWS region whose STS endpoint is used',
  },
  {
    name: 'organization',
    flag: '--organization',
    type: 'string',
    default: 'my-org',
    help: 'Organization that the first start on an empty directory makes',
  },
  {
    name: 'user',
    flag: '--user',
    type: 'string',
    default: '',
    help: 'Administrator that the first start on an empty directory makes; default: your login name',
  },
  {
    name: 'tokenFile',
    flag: '--token-file',
    type: 'string',
    default: '',
    help: 'File that the first start writes the access token of the administrator to; default: `first-token` in the data directory',
  },
  {
    name: 'config',
    flag: '--config',
    type: 'string',
    default: '',
    help: 'YAML file with these settings as keys (issuerBaseUrl: …)',
  },
])
