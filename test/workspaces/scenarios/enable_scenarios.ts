import { DirectoryServiceError } from '../../../src/workspaces/directory/directory_service_error.ts'
import type { KnobCell } from './knob_matrix.ts'
import { type Scenario, verdict } from './scenario.ts'
import { password, type Setup, type Stage } from './stage.ts'

type Enabled = Awaited<ReturnType<typeof enable>>

async function enable(stage: Stage, cell: KnobCell, setup: Setup, changes: object = {}) {
  const directory = stage.directory({ probeTimeout: 5000, ...cell })
  directory.enableRadius(stage.settingsFor(setup, changes))
  await directory.probed()
  return directory
}

/** Scenarios of EnableRadius, UpdateRadius and DisableRadius. */
export function enableScenarios(setup: Setup): readonly Scenario[] {
  const scenario = (
    number: number,
    title: string,
    expected: unknown,
    see: (stage: Stage, cell: KnobCell) => Promise<unknown>,
  ): Scenario => ({
    number,
    title,
    expected: typeof expected === 'string' ? expected : JSON.stringify(expected),
    setups: [setup],
    isWaiting: [2, 3, 4, 6].includes(number),
    run: async (stage, cell) => verdict(await see(stage, cell), expected),
  })
  const status = (directory: Enabled): string | undefined => directory.radius?.status
  const otherSecret = { SharedSecret: 'quite another secret' }
  return [
    scenario(1, 'RADIUS is enabled with two proxies', 'Completed', async (stage, cell) =>
      status(await enable(stage, cell, setup)),
    ),
    scenario(2, 'enabled with a wrong secret', 'Failed', async (stage, cell) =>
      status(await enable(stage, cell, setup, otherSecret)),
    ),
    scenario(
      3,
      'one controller is blocked, every controller must get a reply',
      'Failed',
      async (stage, cell) =>
        status(await enable(stage, { ...cell, ...blocked('controller-2') }, setup)),
    ),
    scenario(
      3,
      'one controller is blocked, any controller suffices',
      'Completed',
      async (stage, cell) => {
        const probeRule = { servers: 'any', controllers: 'any' } as const
        const knobs = { ...cell, ...blocked('controller-2'), probeRule }
        return status(await enable(stage, knobs, setup))
      },
    ),
    scenario(4, 'both servers are down', 'Failed', async (stage, cell) =>
      status(await enable(stage, { ...cell, ...faulty({ serverDown: ['*'] }) }, setup)),
    ),
    scenario(4, 'one server of two is down', 'Completed', async (stage, cell) =>
      status(await enable(stage, { ...cell, ...faulty({ serverDown: ['127.0.0.2'] }) }, setup)),
    ),
    scenario(4, 'one server of two is down, and all must answer', 'Failed', async (stage, cell) => {
      const probeRule = { servers: 'all', controllers: 'all' } as const
      const knobs = { ...cell, probeRule, ...faulty({ serverDown: ['127.0.0.2'] }) }
      return status(await enable(stage, knobs, setup))
    }),
    scenario(
      5,
      'settings are updated while Completed',
      ['Completed', 'Creating', 'denied', 'Completed'],
      async (stage, cell) => {
        const directory = await enable(stage, cell, setup)
        const { username, token } = await stage.person()
        const before = status(directory)
        directory.updateRadius(stage.settingsFor(setup, { DisplayLabel: 'new' }))
        const during = status(directory)
        // a right passcode, so that only the status can deny it
        const login = directory.login({ username, password, mfaCode: token.code(0) })
        const { result } = await login
        await directory.probed()
        return [before, during, result, status(directory)]
      },
    ),
    scenario(
      6,
      'RADIUS is enabled a second time',
      'EntityAlreadyExistsException',
      async (stage, cell) => {
        const directory = await enable(stage, cell, setup)
        return codeOf(() => directory.enableRadius(stage.settingsFor(setup)))
      },
    ),
    scenario(6, 'RADIUS is enabled after Failed', ['Failed', 'Completed'], async (stage, cell) => {
      const directory = await enable(stage, cell, setup, otherSecret)
      const before = status(directory)
      directory.enableRadius(stage.settingsFor(setup))
      await directory.probed()
      return [before, status(directory)]
    }),
    scenario(7, 'RADIUS is disabled', 'no settings and no status', async (stage, cell) => {
      const directory = await enable(stage, cell, setup)
      directory.disableRadius()
      return directory.describe().radius === undefined ? 'no settings and no status' : 'settings'
    }),
    scenario(
      30,
      'a Managed AD with four domain controllers',
      ['radius-first', 'Completed', 4],
      async (stage, cell) => {
        const directory = stage.directory(cell, { controllers: 4, type: 'MicrosoftAD' })
        directory.enableRadius(stage.settingsFor(setup))
        await directory.probed()
        const { radius, knobs } = directory
        const controllers = new Set(radius?.lastProbe.map(({ controller }) => controller))
        return [knobs.order, radius?.status, controllers.size]
      },
    ),
    scenario(
      32,
      'a flood of 200 probes locks nobody out',
      ['Completed', 'accepted'],
      async (stage, cell) => {
        const directory = await enable(stage, cell, setup)
        for (let run = 0; run < 49; run++) {
          directory.updateRadius(stage.settingsFor(setup))
          await directory.probed()
        }
        const person = await stage.person()
        const mfaCode = person.token.code(0)
        const { result } = await directory.login({ username: person.username, password, mfaCode })
        return [status(directory), result]
      },
    ),
  ]
}

function codeOf(action: () => void): string {
  try {
    action()
    return 'no error'
  } catch (error) {
    if (error instanceof DirectoryServiceError) return error.code
    throw error
  }
}

function blocked(controller: string): object {
  return faulty({ blockedSg: [controller] })
}

function faulty(faults: object): object {
  return { faults }
}
