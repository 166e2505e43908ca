import { enableScenarios } from './enable_scenarios.ts'
import { knobMatrix, pairwiseMatrix, quickMatrix, valueMatrix } from './knob_matrix.ts'
import { dnsScenarios, loginScenarios, messageAuthenticatorScenarios } from './login_scenarios.ts'
import { challengeScenarios, messageScenarios } from './message_scenarios.ts'
import {
  answeredPush,
  approvedDuringRetry,
  approvedPush,
  identifierWrap,
  killedProxy,
  lostReply,
  manyPushes,
  parallelLogin,
} from './push_scenarios.ts'
import type { Scenario } from './scenario.ts'
import { listenerScenarios } from './secret_scenarios.ts'
import type { Setup } from './stage.ts'

const usual: Setup = { timeoutSecs: 20, retries: 1, proxies: 2 }
/** For many sign-ins at once, which take their time. */
const patient: Setup = { timeoutSecs: 50, retries: 0, proxies: 2 }
const approvalSecs = [5, 15, 19.9, 20.1, 35, 39, 41]

/** The whole list of the reference (§11.7), in real time. */
export function allScenarios(): readonly Scenario[] {
  const parameters = approvalSecs.flatMap((secs) =>
    [0, 1, 2, 3, 4].flatMap((retries) =>
      ([1, 2] as const).map((proxies) => ({ secs, retries, proxies })),
    ),
  )
  const cells = pairwiseMatrix(parameters)
  const approvals = parameters.map(({ secs, retries, proxies }, index) =>
    approvedPush({ timeoutSecs: 20, retries, proxies }, secs, cells[index] ?? []),
  )
  return [
    ...enableScenarios(usual),
    ...loginScenarios(usual),
    ...approvals,
    answeredPush(10, 'deny', usual),
    answeredPush(11, 'fraud', usual),
    ...messageScenarios(usual),
    ...challengeScenarios(usual),
    lostReply({ timeoutSecs: 5, retries: 2, proxies: 2 }),
    ...messageAuthenticatorScenarios(usual),
    manyPushes(patient, 600),
    ...dnsScenarios({ timeoutSecs: 5, retries: 0, proxies: 2 }),
    parallelLogin(usual, 5),
    parallelLogin(usual, 19),
    identifierWrap(patient, 300, 300),
    killedProxy({ timeoutSecs: 10, retries: 0, proxies: 2 }),
    ...listenerScenarios(usual),
  ]
}

/** The cells of a scenario in the full run. */
export function cellsOf({ cells, hasOwnStage, hasRetries }: Scenario, index: number) {
  if (cells !== undefined) return cells
  if (hasOwnStage === true) return quickMatrix()
  return hasRetries === true ? knobMatrix(index) : valueMatrix(index)
}

/** A part that ends within seconds. */
export function quickScenarios(): readonly Scenario[] {
  const twoProxies: Setup = { timeoutSecs: 6, retries: 0, proxies: 2 }
  const oneProxy: Setup = { timeoutSecs: 6, retries: 1, proxies: 1 }
  return [approvedDuringRetry(twoProxies), approvedDuringRetry(oneProxy), lostReply(oneProxy)]
}
