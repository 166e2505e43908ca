/** A bounded cache of values that are computed from texts; the oldest entry is evicted first. */
export class Memo<Value> {
  readonly #max: number
  readonly #values = new Map<string, Value>()

  constructor(max: number) {
    this.#max = max
  }

  find(text: string, compute: () => Value): Value {
    const known = this.#values.get(text)
    if (known !== undefined) return known
    const value = compute()
    if (this.#values.size >= this.#max) {
      const [oldest = text] = this.#values.keys()
      this.#values.delete(oldest)
    }
    this.#values.set(text, value)
    return value
  }
}
