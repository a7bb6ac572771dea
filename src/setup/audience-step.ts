import type { SetupFormat, SetupTarget } from './target.ts'
import { providerArn } from './target.ts'

/** The AWS CLI command that registers the audience at a provider that exists. Repeating it does no harm. */
export function audienceCommand(
  target: SetupTarget,
  quote: (text: string) => string = (text) => text,
): string {
  return `aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn ${quote(providerArn(target))} --client-id ${quote(target.audience)}`
}

/**
 * What a format cannot do for a provider that exists, with what to run instead; null where the text itself registers the
 * audience. A provider's audiences are one list, and tools that own lists would drop those of others.
 */
export function audienceNote(format: SetupFormat, target: SetupTarget): string | null {
  if (target.createsProvider) return null
  const command = audienceCommand(target)
  switch (format) {
    case 'cli':
    case 'cdk':
      return null
    case 'terraform':
      return `Terraform cannot add an audience to a provider that it does not manage: its plan fails until ${target.audience} is registered. Once: ${command}`
    case 'pulumi':
      return `Pulumi cannot add an audience to a provider that it does not manage: the program fails until ${target.audience} is registered. Once: ${command}`
    case 'cloudformation':
      return `CloudFormation cannot add an audience to a provider that another stack or a person made. Before the first login, once: ${command}`
  }
}
