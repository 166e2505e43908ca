import { outsideShares } from './database_share.ts'

/**
 * Answers simultaneous questions in batches. Thousands of calls that end together, each with its own
 * statements, would queue for a few connections, and the last ones would fail.
 */
export class Batched<Question, Answer> {
  readonly #work: (questions: readonly Question[]) => Promise<readonly Answer[]>
  readonly #maxAtOnce: number
  #queue: Pending<Question, Answer>[] = []
  #working = false

  /**
   * @param work Answers a batch, in order; its failure fails the whole batch.
   * @param maxAtOnce Maximum size of a batch.
   */
  constructor(
    work: (questions: readonly Question[]) => Promise<readonly Answer[]>,
    maxAtOnce: number,
  ) {
    this.#work = work
    this.#maxAtOnce = maxAtOnce
  }

  ask(question: Question): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    this.#queue.push({ question, resolve, reject })
    if (!this.#working) {
      this.#working = true
      outsideShares(() => setImmediate(() => void this.#answerAll()))
    }
    return promise
  }

  async #answerAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, this.#maxAtOnce)
      this.#queue = this.#queue.slice(this.#maxAtOnce)
      await this.#answer(batch)
    }
    this.#working = false
  }

  async #answer(batch: readonly Pending<Question, Answer>[]): Promise<void> {
    try {
      const answers = await this.#work(batch.map(({ question }) => question))
      if (answers.length !== batch.length) throw new Error('a batch was not answered in full')
      for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer)
    } catch (error) {
      for (const { reject } of batch) reject(error)
    }
  }
}

interface Pending<Question, Answer> {
  readonly question: Question
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}
