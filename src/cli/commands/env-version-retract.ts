import { between } from '../argument-count.ts'
import { environmentCommand } from '../command.ts'
import { Failure } from '../failure.ts'
import { text } from '../flags.ts'
import { resolveRelative } from '../resolve-reference.ts'
import { resolveVersion } from '../resolve-version.ts'

/** `esc env version retract`. */
export const command = environmentCommand({
  usage: '<environment>@<version>',
  summary: 'Withdraw a revision, so that nobody can read or open it any more',
  description:
    'Tags on it move to the replacement: by default the newest revision before it that is not withdrawn.',
  examples: [
    'esc env version retract acme/web/dev@3 --reason "leaked a key"',
    'esc env version retract acme/web/dev@3 --replace-with @5',
  ],
  arguments: between(1, 2),
  flags: {
    'replace-with': text('The revision that takes its place', { placeholder: '@version' }),
    reason: text('Why it is withdrawn'),
  },
  async run(call) {
    const { api, reference, flags } = call
    if (reference.version === '') throw new Failure('please specify a version')
    if (reference.version === 'latest') throw new Failure('cannot retract the `latest` revision')
    const version = await resolveVersion(api, reference, reference.version)
    const replacement =
      flags['replace-with'] === '' ? undefined : await replacementOf(call, flags['replace-with'])
    await api.retractRevision(reference, String(version), {
      ...(replacement === undefined ? {} : { replacement }),
      ...(flags.reason === '' ? {} : { reason: flags.reason }),
    })
  },
})

async function replacementOf(
  call: Parameters<typeof resolveRelative>[2] & { readonly reference: Parameters<typeof resolveRelative>[1] },
  text: string,
): Promise<number> {
  const { api, reference } = call
  const relative = /^[0-9]/.test(text) ? `@${text}` : text
  const { version } = await resolveRelative(relative, reference, call)
  return resolveVersion(api, reference, version === '' ? 'latest' : version)
}
