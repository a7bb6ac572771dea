import { type Action, requireCaller } from '../action.ts'

/** Who signed the call; needs no permission. */
export const getCallerIdentity: Action = {
  name: 'GetCallerIdentity',
  service: 'sts',
  signed: true,
  run: async (call) => {
    const { caller } = requireCaller(call)
    return { Arn: caller.arn, UserId: caller.userId, Account: caller.account }
  },
}
