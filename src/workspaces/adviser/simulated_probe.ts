import type { ProbeAnswer } from './failure_reason.ts'

const limitMs = 5_000

/**
 * What the controllers of a simulated directory got as answers to the probe.
 *
 * @param endpoint Of the simulator.
 * @returns `undefined` if there is no simulator.
 */
export async function readSimulatedProbe(
  endpoint: string,
): Promise<readonly ProbeAnswer[] | undefined> {
  try {
    const response = await fetch(new URL('/sim/directory', endpoint), {
      signal: AbortSignal.timeout(limitMs),
    })
    const found: unknown = response.ok ? await response.json() : undefined
    const probe = memberOf(memberOf(found, 'radius'), 'lastProbe')
    return Array.isArray(probe) ? probe.filter(isAnswer) : undefined
  } catch {
    return undefined
  }
}

function isAnswer(value: unknown): value is ProbeAnswer {
  return (
    ['controller', 'server', 'address', 'result'].every(
      (name) => typeof memberOf(value, name) === 'string',
    ) && typeof memberOf(value, 'isValid') === 'boolean'
  )
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return Object.entries(value).find(([key]) => key === name)?.[1]
}
