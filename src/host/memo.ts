/** Remembers what was computed for texts, in a bounded number: the oldest is forgotten first. */
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
