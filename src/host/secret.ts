import { inspect } from 'node:util'

/**
 * Text that must not reach a log, an error or a screen. It always prints as `[secret]`; only `reveal`
 * returns it.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The text. Call it only where the secret is used. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
