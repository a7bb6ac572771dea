import { describe } from 'node:test'
import { approvalsContract } from './contract/approvals.ts'
import { environmentsContract } from './contract/environments.ts'
import { historyContract } from './contract/history.ts'
import { identityContract } from './contract/identity.ts'
import { keysContract } from './contract/keys.ts'
import { unitContract } from './contract/unit.ts'
import { workflowContract } from './contract/workflow.ts'
import type { Store } from './store.ts'

/** How an engine under test is opened: empty, and alone. The suite closes what it opened. */
export type OpenStore = () => Promise<Store>

/** The suite every engine must pass. Call it at the top of a test file, once for each way an engine opens. */
export function storeContract(name: string, open: OpenStore): void {
  describe(`store contract: ${name}`, () => {
    unitContract(open)
    identityContract(open)
    environmentsContract(open)
    historyContract(open)
    keysContract(open)
    approvalsContract(open)
    workflowContract(open)
  })
}
