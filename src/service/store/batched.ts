import { outsideShares } from './database_share.ts'

/**
 * Does simultaneous work in batches. Thousands of calls that end together, each with its own statements,
 * would queue for a few connections, and the last ones would fail.
 */
export class Batched<Asked, Answer> {
  readonly #work: (asked: readonly Asked[]) => Promise<readonly Answer[]>
  readonly #most: number
  #queue: Question<Asked, Answer>[] = []
  #working = false

  /**
   * @param work Answers a batch, in order; its failure fails the whole batch.
   * @param most Size of a batch.
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
