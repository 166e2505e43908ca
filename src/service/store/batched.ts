import { outsideShares } from './database_share.ts'

/**
 * Does what is asked for at one moment in one go. When thousands of calls end together, each with
 * statements of its own, they would queue for a handful of connections, and the last ones fail.
 */
export class Batched<Asked, Answer> {
  readonly #work: (asked: readonly Asked[]) => Promise<readonly Answer[]>
  readonly #most: number
  #queue: Question<Asked, Answer>[] = []
  #working = false

  /**
   * @param work Answers a batch, in its order; where it fails, all of the batch do.
   * @param most Of one batch.
   */
  constructor(work: (asked: readonly Asked[]) => Promise<readonly Answer[]>, most: number) {
    this.#work = work
    this.#most = most
  }

  ask(asked: Asked): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#queue.push({ asked, resolve, reject })
    if (!this.#working) {
      this.#working = true
      outsideShares(() => setImmediate(() => void this.#workOff()))
    }
    return promise
  }

  async #workOff(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, this.#most)
      this.#queue = this.#queue.slice(this.#most)
      await this.#answer(batch)
    }
    this.#working = false
  }

  async #answer(batch: readonly Question<Asked, Answer>[]): Promise<void> {
    try {
      const answers = await this.#work(batch.map(({ asked }) => asked))
      if (answers.length !== batch.length) throw new Error('a batch was not answered in full')
      for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}

interface Question<Asked, Answer> {
  readonly asked: Asked
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}
