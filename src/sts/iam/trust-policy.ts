import { checkWritable } from '../../trust/index.ts'
import { AwsRefusal } from '../protocol/aws-refusal.ts'

/** The write-time checks of a trust policy's text. @throws AwsRefusal with AWS's code and text */
export function checkTrustPolicy(policy: string): void {
  const refusal = checkWritable(policy)
  if (refusal === null) return
  const { code, status, message } = refusal.awsError
  throw new AwsRefusal(code, status, message, {
    reasonCode: refusal.reasonCode,
    reason: refusal.reason,
    suggestion: refusal.hint,
  })
}
