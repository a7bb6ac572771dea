/** The parts of a role ARN. `path` has a slash at both ends. */
export interface RoleArnParts {
  readonly partition: string
  readonly account: string
  readonly path: string
  readonly name: string
}

// A path is printable ASCII without blanks; IAM's name rule holds for what follows the last slash.
const roleArn = /^arn:(aws(?:-[a-z]+)*):iam::(\d{12}):role(\/(?:[!-~]*\/)?)([\w+=,.@-]{1,64})$/

/** The parts of a role ARN; `null` when the text is none. */
export function parseRoleArn(arn: string): RoleArnParts | null {
  const found = roleArn.exec(arn)
  if (found === null) return null
  const [, partition, account, path, name] = found
  return { partition: partition!, account: account!, path: path!, name: name! }
}
