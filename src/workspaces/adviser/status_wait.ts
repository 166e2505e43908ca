import type { AwsDirectory, DirectoryService } from '../aws/directory_service.ts'

/** The outcome of a change of RADIUS settings. */
export type StatusOutcome =
  | { readonly kind: 'completed'; readonly directory: AwsDirectory }
  | { readonly kind: 'failed'; readonly directory: AwsDirectory }
  | { readonly kind: 'timeout'; readonly directory: AwsDirectory }

export interface WaitOptions {
  readonly limitMs: number
  readonly pollMs: number
  readonly now: () => number
  readonly sleep: (ms: number) => Promise<void>
  /** Called when the status changes and then every 10 seconds, with the time that has passed. */
  readonly progress: (status: string, elapsedMs: number) => void
}

const progressMs = 10_000

/**
 * Waits until AWS has probed the servers from every controller: the status leaves Creating.
 *
 * @throws {AwsFailure}
 */
export async function waitForStatus(
  service: Pick<DirectoryService, 'describe'>,
  directoryId: string,
  { limitMs, pollMs, now, sleep, progress }: WaitOptions,
): Promise<StatusOutcome> {
  const began = now()
  let said: { readonly status: string; readonly atMs: number } | undefined
  for (;;) {
    const directory = await service.describe(directoryId)
    if (directory.status === 'Completed') return { kind: 'completed', directory }
    if (directory.status === 'Failed') return { kind: 'failed', directory }
    const elapsedMs = now() - began
    if (elapsedMs >= limitMs) return { kind: 'timeout', directory }
    const status = directory.status ?? 'none'
    if (said?.status !== status || elapsedMs - said.atMs >= progressMs) {
      said = { status, atMs: elapsedMs }
      progress(status, elapsedMs)
    }
    await sleep(pollMs)
  }
}
