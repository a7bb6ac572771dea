/** The parts of a role ARN that a login needs: which AWS (partition), whose account, and the role's own name. */
export interface RoleArn {
  readonly partition: string
  readonly account: string
  /** Path and name, e.g. `ci/deployer`. */
  readonly role: string
}

/** Reads `arn:<partition>:iam::<account>:role/<path><name>`, or null. */
export function parseRoleArn(text: string): RoleArn | null {
  const match =
    /^arn:(aws|aws-cn|aws-us-gov|aws-iso|aws-iso-[bef]|aws-eusc):iam::(\d{12}):role\/([\w+=,.@/-]+)$/.exec(
      text,
    )
  if (match === null) return null
  const [partition = '', account = '', role = ''] = match.slice(1)
  return { partition, account, role }
}
