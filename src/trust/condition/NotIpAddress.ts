import { IpAddress } from './IpAddress.ts'
import { negation } from './operator.ts'

/** An address outside every range; text that is no address satisfies neither this nor `IpAddress`. */
export const NotIpAddress = negation('NotIpAddress', IpAddress)
