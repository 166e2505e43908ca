import type { WaitingCaller } from '../../gate/signed_request.ts'
import type { Work, WorkLimit } from '../../gate/work_limit.ts'

/** The client of an HTTP request; its call counts as in work, except while it waits for its user. */
export class CallerAtWork implements WaitingCaller {
  readonly #client: WaitingCaller
  #work: Work | undefined

  /** @param client The stream that is destroyed when the client hangs up. */
  constructor(client: WaitingCaller) {
    this.#client = client
  }

  get destroyed(): boolean {
    return this.#client.destroyed
  }

  on(event: 'close', listener: () => void): void {
    this.#work?.waits()
    this.#client.on(event, () => {
      this.#work?.givenUp()
      listener()
    })
  }

  /**
   * Waits for the application's turn.
   *
   * @returns `undefined` if it may begin at once. If the client hangs up, it never begins.
   * @throws {ApplicationBusy} if too many calls of the application wait.
   */
  enter(limit: WorkLimit, ikey: string, isUrgent = false): Promise<void> | undefined {
    let begun: (() => void) | undefined
    let hasBegun = false
    const begin = () => {
      hasBegun = true
      begun?.()
    }
    const work = limit.enter(ikey, begin, { isUrgent })
    this.#work = work
    if (hasBegun) return undefined
    this.#client.on('close', () => work.givenUp())
    return new Promise((resolve) => {
      begun = resolve
    })
  }

  /** Runs the handler, after which the call is not in work any more. */
  run<Answer>(handle: () => Promise<Answer>): Promise<Answer> {
    const work = this.#work
    try {
      return handle().finally(() => work?.end())
    } catch (error) {
      work?.end()
      throw error
    }
  }
}
