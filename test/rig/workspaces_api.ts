import { fork } from 'node:child_process'
import { resolve } from 'node:path'
import { Secret } from '../../src/host/secret.ts'
import { defaultKnobs, parseKnobs } from '../../src/workspaces/knobs/knobs.ts'
import { StaticUsers } from '../../src/workspaces/primary/static_users.ts'
import { Workspaces } from '../../src/workspaces/workspaces.ts'
import type { VerbRequest, VerbResult } from './countersign_verb.ts'
import { alice } from './workspaces_directory.ts'

export const directoryId = 'd-0123456789'

/** A simulated directory with its API on a free port. */
export async function startWorkspaces(
  knobs: Readonly<Record<string, unknown>> = {},
): Promise<Workspaces> {
  const password = { clear: new Secret(alice.password) }
  const users = [{ username: alice.username, password, state: 'active' }] as const
  return await Workspaces.start({
    identity: {
      directoryId,
      name: 'corp.example.com',
      shortName: 'CORP',
      type: 'ADConnector',
      launchTime: 0,
    },
    controllers: [
      { address: '127.0.0.11', addressIpv6: '::1' },
      { address: '127.0.0.12', addressIpv6: '::1' },
    ],
    primary: new StaticUsers(users, 'corp.example.com'),
    knobs: parseKnobs(knobs, defaultKnobs('ADConnector')),
    port: 0,
  })
}

/**
 * Runs a verb of `workspaces` in a process that is kept for the next verbs, because loading the program takes
 * a second of CPU time. The test's own process goes on meanwhile, so the directory can be in it.
 */
export function workspacesVerb(words: readonly string[], input = ''): Promise<VerbResult> {
  host ??= new VerbHost()
  const env = { ...process.env, NO_COLOR: '1', AWS_EC2_METADATA_DISABLED: 'true' }
  return host.run({ words, env, input, cwd: process.cwd() })
}

let host: VerbHost | undefined

class VerbHost {
  readonly #child = fork(resolve(import.meta.dirname, 'workspaces_verb_host.ts'))
  readonly #waiting = new Map<number, PromiseWithResolvers<VerbResult>>()
  #last = 0

  constructor() {
    this.#child.on('message', ({ id, result }: { id: number; result: VerbResult }) => {
      this.#waiting.get(id)?.resolve(result)
      this.#waiting.delete(id)
      this.#hold()
    })
    this.#child.on('exit', () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error('the process of workspaces died'))
    })
  }

  run(request: VerbRequest): Promise<VerbResult> {
    const id = ++this.#last
    const waiting = Promise.withResolvers<VerbResult>()
    this.#waiting.set(id, waiting)
    this.#hold()
    this.#child.send({ id, request })
    return waiting.promise
  }

  /** It keeps the tests alive only while they wait for it; it ends when their end closes its channel. */
  #hold(): void {
    const { channel } = this.#child
    for (const held of [this.#child, channel]) {
      if (this.#waiting.size === 0) held?.unref()
      else held?.ref()
    }
  }
}
