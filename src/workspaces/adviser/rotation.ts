import type { Secret } from '../../host/secret.ts'
import type { AwsDirectory, DirectoryService } from '../aws/directory_service.ts'
import { parseRadiusSettings, type RadiusSettings } from '../radius_settings/radius_settings.ts'
import type { RotationState, RotationStore } from './rotation_state.ts'
import { type WaitOptions, waitForStatus } from './status_wait.ts'

/** When a client of a local proxy last used each secret. */
export interface SecretUse {
  /** `radius_ip_1` and its addresses. */
  readonly client: string
  /** Milliseconds since 1970; `undefined`: never. */
  readonly lastAt: number | undefined
  readonly lastPreviousAt: number | undefined
}

/** The configuration of the proxies on this machine. */
export interface RotationFiles {
  /** Whether the files have the new and the previous secret. */
  readonly isRotating: boolean
  /** Writes both secrets into every file. */
  begin(): void
  /** Removes the previous secret. */
  end(): void
  /** Restores the previous secret as the present one. */
  undo(): void
  /** The secrets of the files, while both are there. */
  secrets(): { readonly present: Secret; readonly previous: Secret }
  /** Loads the files in the proxies that run. @throws {Error} if one refuses. */
  reload(): Promise<void>
  /** `undefined` if no proxy runs on this machine. */
  uses(): Promise<readonly SecretUse[] | undefined>
}

export interface RotationHost extends Omit<WaitOptions, 'progress'> {
  readonly say: (line: string) => void
  /** Milliseconds since 1970. */
  readonly date: () => number
  /** Whether the proxies on other machines have the files with both secrets. */
  readonly othersAreReady: () => Promise<boolean>
  /** How long controllers may use the previous secret after AWS's Completed. */
  readonly verifyMs: number
}

export type RotationOutcome =
  | { readonly kind: 'done' }
  /** Run it again with `--resume`. */
  | { readonly kind: 'interrupted'; readonly because: string }
  | { readonly kind: 'rolled-back'; readonly because: string }

/**
 * Replaces the shared secret of a directory and its proxies without a moment in which they differ: the
 * proxies accept both secrets from before AWS changes until every controller was seen with the new one.
 *
 * Each step is stored before it begins, and does nothing if it was done already, so a rotation can be interrupted
 * anywhere. The previous secret stays in the files until the last step.
 */
export class SecretRotation {
  readonly #service: Pick<DirectoryService, 'describe' | 'update'>
  readonly #files: RotationFiles
  readonly #store: RotationStore
  readonly #host: RotationHost

  constructor(
    service: Pick<DirectoryService, 'describe' | 'update'>,
    files: RotationFiles,
    store: RotationStore,
    host: RotationHost,
  ) {
    this.#service = service
    this.#files = files
    this.#store = store
    this.#host = host
  }

  /** @throws {AwsFailure} or an error of the files; a further run resumes. */
  async run(directoryId: string): Promise<RotationOutcome> {
    const { say } = this.#host
    const state: RotationState = this.#store.read() ?? {
      directoryId,
      step: 'files',
      updatedAt: null,
    }
    if (state.step === 'files') {
      this.#store.write(state)
      if (!this.#files.isRotating) this.#files.begin()
      await this.#files.reload()
      say('1/4 The proxies on this machine accept the new and the previous secret')
      if (!(await this.#host.othersAreReady())) {
        return { kind: 'interrupted', because: 'the other proxies do not have the new secret yet' }
      }
      this.#store.write({ ...state, step: 'aws' })
    }
    if (state.step === 'files' || state.step === 'aws') {
      const refusal = await this.#updateAws(directoryId)
      if (refusal !== undefined) return refusal
    }
    return await this.#finish(directoryId)
  }

  /** @returns `undefined` once AWS has accepted the new secret. */
  async #updateAws(directoryId: string): Promise<RotationOutcome | undefined> {
    const directory = await this.#service.describe(directoryId)
    const { present, previous } = this.#files.secrets()
    // stored before the call: a client that uses the previous secret after this does not have the new one
    const updatedAt = this.#host.date()
    this.#store.write({ directoryId, step: 'aws', updatedAt })
    await this.#service.update(directoryId, withSecret(directory, present))
    const outcome = await this.#wait(directoryId)
    if (outcome === 'completed') {
      this.#host.say('2/4 AWS has the new secret; the status is Completed')
      this.#store.write({ directoryId, step: 'verify', updatedAt })
      return undefined
    }
    if (outcome === 'timeout') {
      return { kind: 'interrupted', because: 'the status is still Creating' }
    }
    await this.#service.update(directoryId, withSecret(directory, previous))
    const back = await this.#wait(directoryId)
    this.#files.undo()
    await this.#files.reload()
    this.#store.remove()
    return {
      kind: 'rolled-back',
      because: `AWS's probe failed with the new secret; with the former one the status is ${back === 'completed' ? 'Completed' : 'not Completed either'}`,
    }
  }

  async #finish(directoryId: string): Promise<RotationOutcome> {
    const { say, now, sleep, verifyMs, pollMs } = this.#host
    const updatedAt = this.#store.read()?.updatedAt ?? 0
    const began = now()
    for (;;) {
      const uses = await this.#files.uses()
      const late = (uses ?? []).filter(({ lastPreviousAt = 0 }) => lastPreviousAt > updatedAt)
      const silent = (uses ?? []).filter(({ lastAt = 0 }) => lastAt <= updatedAt)
      if (uses !== undefined && late.length === 0 && silent.length === 0) break
      if (now() - began >= verifyMs)
        return { kind: 'interrupted', because: describe(uses, late, silent) }
      await sleep(pollMs)
    }
    say('3/4 Every controller was seen with the new secret, and none with the previous one')
    this.#store.write({ directoryId, step: 'end', updatedAt })
    this.#files.end()
    await this.#files.reload()
    this.#store.remove()
    say('4/4 The previous secret is removed')
    return { kind: 'done' }
  }

  async #wait(directoryId: string): Promise<'completed' | 'failed' | 'timeout'> {
    const progress = (status: string): void =>
      this.#host.say(`    ${status}: AWS probes the proxies`)
    const { kind } = await waitForStatus(this.#service, directoryId, { ...this.#host, progress })
    return kind
  }
}

function describe(
  uses: readonly SecretUse[] | undefined,
  late: readonly SecretUse[],
  silent: readonly SecretUse[],
): string {
  if (uses === undefined) {
    return 'no proxy is running on this machine, so it is unknown whether the controllers use the new secret'
  }
  const names = (clients: readonly SecretUse[]) => clients.map(({ client }) => client).join(', ')
  return late.length > 0
    ? `${names(late)} still uses the previous secret`
    : `nothing has come from ${names(silent)} since AWS got the new secret`
}

/** The settings in force with another secret: UpdateRadius replaces all of them. */
function withSecret({ directoryId, radius }: AwsDirectory, secret: Secret): RadiusSettings {
  const parsed = parseRadiusSettings({
    RadiusServers: radius?.servers.filter((server) => !server.includes(':')),
    RadiusServersIpv6: radius?.servers.filter((server) => server.includes(':')),
    RadiusPort: radius?.port,
    RadiusTimeout: radius?.timeoutSecs,
    RadiusRetries: radius?.retries,
    AuthenticationProtocol: radius?.protocol,
    DisplayLabel: radius?.label,
    SharedSecret: secret,
  })
  if (parsed.ok) return parsed.settings
  const problems = parsed.problems.map(({ field, message }) => `${field}: ${message}`).join('; ')
  throw new Error(`the settings of ${directoryId} can't be sent again: ${problems}`)
}
