import { awsCli } from './aws-cli.ts'
import { cdk } from './cdk.ts'
import { cloudFormation } from './cloudformation.ts'
import { pulumi } from './pulumi.ts'
import type { SetupFormat, SetupTarget } from './target.ts'
import { terraform } from './terraform.ts'

const printers: { readonly [format in SetupFormat]: (target: SetupTarget) => string } = {
  cloudformation: cloudFormation,
  terraform,
  pulumi,
  cdk,
  cli: awsCli,
}

/** The set-up in one format, ready to apply. Ask `setupProblem` first. */
export function generateSetup(format: SetupFormat, target: SetupTarget): string {
  return printers[format](target)
}
