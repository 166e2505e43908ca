import type { Chain } from './chain.ts'
import type { KnobFinding } from './knob_finding.ts'

const minLogins = 6

/** Which controller handles which login. */
export function inferControllerPick(chains: readonly Chain[]): KnobFinding {
  const knob = 'controllerPick'
  const logins = chains.filter(({ kind }) => kind === 'login')
  const controllers = [...new Set(chains.map(({ controller }) => controller))]
  if (logins.length < minLogins || controllers.length < 2) {
    const because = `${logins.length} logins and ${controllers.length} controllers; it takes ${minLogins} logins and two controllers`
    return { knob, because }
  }
  const picks = logins.map(({ controller }) => controller)
  const isRoundRobin = picks.every(
    (controller, index) =>
      index < controllers.length || controller === picks[index - controllers.length],
  )
  if (isRoundRobin && new Set(picks).size === controllers.length) {
    return { knob, value: 'round-robin', because: 'logins alternate between the controllers' }
  }
  const byUser = [...Map.groupBy(logins, ({ userName }) => userName).values()]
  const repeated = byUser.filter(({ length }) => length > 1)
  const isSticky = repeated.every(
    (own) => new Set(own.map(({ controller }) => controller)).size === 1,
  )
  if (isSticky && repeated.some(({ length }) => length >= 3) && new Set(picks).size > 1) {
    return { knob, value: 'sticky-user', because: 'each user meets the same controller every time' }
  }
  return isSticky && repeated.length > 0
    ? { knob, because: 'too few logins per user' }
    : { knob, value: 'random', because: 'one user meets different controllers in no order' }
}
