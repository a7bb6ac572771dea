import { checkWritable } from '../../trust/index.ts'
import { refusalOf } from '../protocol/aws-refusal.ts'

/** The write-time checks of a trust policy's text. @throws AwsRefusal with AWS's code and text */
export function checkTrustPolicy(policy: string): void {
  const refusal = checkWritable(policy)
  if (refusal !== null) throw refusalOf(refusal)
}
