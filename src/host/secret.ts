import { inspect } from 'node:util'

/**
 * A text that must not reach a log, an error or a screen: however it is printed, it prints as
 * `[secret]`. Only `reveal` hands it out.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The text itself, for the one call that needs it. */
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
