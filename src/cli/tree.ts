import { aws } from './aws/tree.ts'
import type { Command } from './command.ts'
import { organizationTree } from './organization-tree.ts'
import { providers } from './provider-tree.ts'
import { serverData } from './server-data.ts'

/** A node of the command tree. Loading is lazy, so that starting up reads only the command that runs. */
export interface Entry {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly hidden?: boolean
  readonly load?: () => Promise<{ readonly command: Command }>
  readonly children?: readonly Entry[]
}

const versions: Entry = {
  name: 'version',
  summary: 'Show, list, tag and withdraw revisions',
  load: () => import('./commands/env-version.ts'),
  children: [
    {
      name: 'history',
      summary: 'List revisions, newest first',
      load: () => import('./commands/env-version-history.ts'),
    },
    {
      name: 'retract',
      summary: 'Withdraw a revision',
      load: () => import('./commands/env-version-retract.ts'),
    },
    {
      name: 'rollback',
      summary: 'Write an older text as a new revision',
      load: () => import('./commands/env-version-rollback.ts'),
    },
    {
      name: 'tag',
      summary: 'Move a name to a revision',
      load: () => import('./commands/env-version-tag.ts'),
      children: [
        {
          name: 'ls',
          summary: 'List the names of revisions',
          load: () => import('./commands/env-version-tag-ls.ts'),
        },
        {
          name: 'rm',
          summary: 'Remove a name of a revision',
          load: () => import('./commands/env-version-tag-rm.ts'),
        },
      ],
    },
  ],
}

const tags: Entry = {
  name: 'tag',
  summary: 'Attach names and values to environments',
  load: () => import('./commands/env-tag.ts'),
  children: [
    { name: 'get', summary: 'Show one tag', load: () => import('./commands/env-tag-get.ts') },
    { name: 'ls', summary: 'List tags', load: () => import('./commands/env-tag-ls.ts') },
    { name: 'mv', summary: 'Rename a tag', load: () => import('./commands/env-tag-mv.ts') },
    { name: 'rm', summary: 'Remove a tag', load: () => import('./commands/env-tag-rm.ts') },
  ],
}

const schedules: Entry = {
  name: 'schedule',
  summary: 'Rotate secrets on a schedule',
  children: [
    { name: 'new', summary: 'Add a schedule', load: () => import('./commands/env-schedule-new.ts') },
    {
      name: 'edit',
      aliases: ['update', 'modify'],
      summary: 'Change a schedule',
      load: () => import('./commands/env-schedule-edit.ts'),
    },
    { name: 'get', summary: 'Show a schedule', load: () => import('./commands/env-schedule-get.ts') },
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List schedules',
      load: () => import('./commands/env-schedule-list.ts'),
    },
    {
      name: 'history',
      summary: 'List what a schedule did',
      load: () => import('./commands/env-schedule-history.ts'),
    },
    {
      name: 'remove',
      aliases: ['rm', 'delete'],
      summary: 'Remove a schedule',
      load: () => import('./commands/env-schedule-remove.ts'),
    },
  ],
}

const webhooks: Entry = {
  name: 'webhook',
  summary: 'Tell other systems about changes',
  children: [
    { name: 'new', summary: 'Add a webhook', load: () => import('./commands/env-webhook-new.ts') },
    { name: 'edit', summary: 'Change a webhook', load: () => import('./commands/env-webhook-edit.ts') },
    { name: 'get', summary: 'Show a webhook', load: () => import('./commands/env-webhook-get.ts') },
    {
      name: 'list',
      aliases: ['ls'],
      summary: 'List webhooks',
      load: () => import('./commands/env-webhook-list.ts'),
    },
    { name: 'rm', summary: 'Remove a webhook', load: () => import('./commands/env-webhook-rm.ts') },
    { name: 'ping', summary: 'Send a test delivery', load: () => import('./commands/env-webhook-ping.ts') },
    {
      name: 'delivery',
      summary: 'Look at what was sent',
      children: [
        {
          name: 'list',
          aliases: ['ls'],
          summary: 'List deliveries',
          load: () => import('./commands/env-webhook-delivery-list.ts'),
        },
      ],
    },
  ],
}

const environments: Entry = {
  name: 'env',
  summary: 'Manage environments',
  children: [
    {
      name: 'init',
      aliases: ['new'],
      summary: 'Create an environment',
      load: () => import('./commands/env-init.ts'),
    },
    { name: 'clone', summary: 'Copy an environment', load: () => import('./commands/env-clone.ts') },
    { name: 'edit', summary: 'Edit a definition', load: () => import('./commands/env-edit.ts') },
    {
      name: 'get',
      summary: 'Show a definition and its value without opening it',
      load: () => import('./commands/env-get.ts'),
    },
    {
      name: 'diff',
      summary: 'Compare two versions or two environments',
      load: () => import('./commands/env-diff.ts'),
    },
    {
      name: 'explain',
      summary: 'Tell where a value comes from',
      load: () => import('./commands/env-explain.ts'),
    },
    {
      name: 'test',
      summary: 'Run the tests that are kept beside a definition',
      load: () => import('./commands/env-test.ts'),
    },
    { name: 'set', summary: 'Set a value in a definition', load: () => import('./commands/env-set.ts') },
    { name: 'ls', summary: 'List environments', load: () => import('./commands/env-ls.ts') },
    {
      name: 'rm',
      summary: 'Remove an environment, or a value from its definition',
      load: () => import('./commands/env-rm.ts'),
    },
    {
      name: 'open',
      summary: 'Open an environment and print what it holds',
      load: () => import('./commands/env-open.ts'),
    },
    {
      name: 'run',
      summary: 'Run a command with an environment opened',
      load: () => import('./commands/env-run.ts'),
    },
    {
      name: 'open-request',
      summary: 'Ask for an approval to open',
      load: () => import('./commands/env-open-request.ts'),
    },
    { name: 'rotate', summary: 'Rotate secrets now', load: () => import('./commands/env-rotate.ts') },
    versions,
    tags,
    {
      name: 'access',
      summary: 'Say which members may use an environment',
      children: [
        {
          name: 'get',
          summary: 'Show which members were given access',
          load: () => import('./commands/env-access-get.ts'),
        },
        {
          name: 'set',
          summary: 'Say what one member may do',
          load: () => import('./commands/env-access-set.ts'),
        },
      ],
    },
    {
      name: 'settings',
      summary: 'Look at and change settings',
      children: [
        { name: 'get', summary: 'Show settings', load: () => import('./commands/env-settings-get.ts') },
        { name: 'set', summary: 'Change a setting', load: () => import('./commands/env-settings-set.ts') },
      ],
    },
    {
      name: 'referrer',
      summary: 'Find what uses an environment',
      children: [
        {
          name: 'list',
          aliases: ['ls'],
          summary: 'List what uses an environment',
          load: () => import('./commands/env-referrer-list.ts'),
        },
      ],
    },
    schedules,
    webhooks,
    providers,
  ],
}

const shell = (name: string): Entry => ({
  name,
  summary: `Print the completion script for ${name}`,
  load: async () => ({ command: (await import('./commands/completion.ts')).completionCommand(name) }),
})

/** The whole command tree. */
export const root: Entry = {
  name: 'esc',
  summary: 'Environments, secrets and configuration',
  children: [
    { name: 'login', summary: 'Log in to a server', load: () => import('./commands/login.ts') },
    { name: 'logout', summary: 'Forget an account', load: () => import('./commands/logout.ts') },
    { name: 'whoami', summary: 'Show who you are logged in as', load: () => import('./commands/whoami.ts') },
    environments,
    {
      name: 'open',
      summary: 'Open an environment and print what it holds',
      load: () => import('./commands/env-open.ts'),
    },
    {
      name: 'run',
      summary: 'Run a command with an environment opened',
      load: () => import('./commands/env-run.ts'),
    },
    aws,
    {
      name: 'oidc',
      summary: 'Look at the issuer that clouds trust',
      children: [
        {
          name: 'config',
          summary: 'Show what a cloud has to know about the issuer',
          load: () => import('./commands/oidc-config.ts'),
        },
        {
          name: 'verify',
          summary: 'Check the issuer as AWS would',
          load: () => import('./commands/oidc-verify.ts'),
        },
        {
          name: 'keys',
          summary: 'List the keys that the issuers sign with',
          load: () => import('./commands/oidc-keys.ts'),
          children: [
            {
              name: 'rotate',
              summary: 'Let the next key sign',
              load: () => import('./commands/oidc-keys-rotate.ts'),
            },
            {
              name: 'revoke',
              summary: 'Take a key out of use at once',
              load: () => import('./commands/oidc-keys-revoke.ts'),
            },
          ],
        },
      ],
    },
    organizationTree,
    {
      name: 'token',
      summary: 'Make, list and revoke access tokens',
      children: [
        { name: 'create', summary: 'Make an access token', load: () => import('./commands/token-create.ts') },
        { name: 'ls', summary: 'List access tokens', load: () => import('./commands/token-ls.ts') },
        {
          name: 'revoke',
          summary: 'Revoke an access token at once',
          load: () => import('./commands/token-revoke.ts'),
        },
      ],
    },
    {
      name: 'audit',
      summary: 'Read, keep and verify the audit trail',
      children: [
        { name: 'ls', summary: 'List what happened', load: () => import('./commands/audit-ls.ts') },
        {
          name: 'export',
          summary: 'Write the whole trail with its hashes',
          load: () => import('./commands/audit-export.ts'),
        },
        {
          name: 'verify',
          summary: 'Follow the chain of hashes',
          load: () => import('./commands/audit-verify.ts'),
        },
        {
          name: 'reconcile',
          summary: 'Hold a CloudTrail file against the tokens that were signed',
          load: () => import('./commands/audit-reconcile.ts'),
        },
      ],
    },
    {
      name: 'server',
      summary: 'Run the service',
      children: [
        { name: 'start', summary: 'Start the service', load: () => import('./commands/server-start.ts') },
        {
          name: 'keys',
          summary: 'Look after the keys that seal secrets',
          children: [
            {
              name: 'rewrap',
              summary: 'Bring a store over to a new key',
              load: () => import('./commands/server-keys-rewrap.ts'),
            },
            {
              name: 'rotate',
              summary: 'Seal everything under new data keys',
              load: () => import('./commands/server-keys-rotate.ts'),
            },
            {
              name: 'status',
              summary: 'Count the keys, and tell how far a change of keys is',
              load: () => import('./commands/server-keys-status.ts'),
            },
            {
              name: 'verify',
              summary: 'Open every sealed value',
              load: () => import('./commands/server-keys-verify.ts'),
            },
          ],
        },
        ...serverData,
      ],
    },
    {
      name: 'sandbox',
      summary: 'Run a stand-in for a cloud',
      children: [
        {
          name: 'aws',
          summary: 'Start a local, strict IAM and STS',
          load: () => import('./commands/sandbox-aws.ts'),
        },
      ],
    },
    {
      name: 'doctor',
      summary: 'Check the set-up and say what to fix',
      load: () => import('./commands/doctor.ts'),
    },
    {
      name: 'completion',
      summary: 'Print a shell completion script',
      children: ['bash', 'zsh', 'fish', 'powershell'].map(shell),
    },
    { name: 'version', summary: "Print esc's version number", load: () => import('./commands/version.ts') },
    { name: 'help', summary: 'Help about any command', load: () => import('./commands/help.ts') },
    {
      name: 'gen-docs',
      hidden: true,
      summary: 'Write the reference of all commands',
      load: () => import('./commands/gen-docs.ts'),
    },
    {
      name: '__complete',
      hidden: true,
      summary: 'List completions',
      load: () => import('./commands/complete.ts'),
    },
  ],
}
