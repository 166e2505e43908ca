import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { Secret } from '../../src/host/secret.ts'
import { defaultKnobs, parseKnobs } from '../../src/workspaces/knobs/knobs.ts'
import { StaticUsers } from '../../src/workspaces/primary/static_users.ts'
import { Workspaces } from '../../src/workspaces/workspaces.ts'
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

const program = resolve(import.meta.dirname, '../../bin/workspaces')

/** Runs a verb of `workspaces` in a process of its own. */
export function workspacesVerb(
  words: readonly string[],
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const { promise, resolve: done } = Promise.withResolvers<{
    readonly status: number
    readonly stdout: string
    readonly stderr: string
  }>()
  const env = { ...process.env, NO_COLOR: '1', AWS_EC2_METADATA_DISABLED: 'true' }
  const child = execFile(program, [...words], { env }, (error, stdout, stderr) => {
    const code = error === null ? 0 : Number(error.code ?? 1)
    done({ status: code, stdout, stderr })
  })
  child.stdin?.end()
  return promise
}
