import { OathKey } from '../../src/service/authenticators/oath/oath_code.ts'
import { digits, type TokenHolder } from './stock.ts'

const generator = { kind: 'hotp', digits, algorithm: 'SHA1', stepSecs: 0 } as const

/** The codes of a token in their order, each of them once. */
export class Passcodes {
  readonly username: string
  readonly #key: OathKey
  #counter = 0

  constructor({ username, secret }: TokenHolder) {
    this.username = username
    this.#key = new OathKey(secret)
  }

  next(): string {
    return this.#key.code(generator, this.#counter++)
  }
}
