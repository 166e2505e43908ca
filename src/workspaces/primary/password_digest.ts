import { type Argon2Parameters, argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)
const phc = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/

/** Whether text is an argon2id hash in the format of the reference implementation (`argon2 SALT -id -e`). */
export function isPasswordDigest(text: string): boolean {
  return phc.test(text)
}

/** Whether a password has this argon2id hash. */
export async function matchesDigest(password: string, digest: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = '', hash = ''] = phc.exec(digest) ?? []
  const expected = Buffer.from(hash, 'base64')
  const parameters: Argon2Parameters = {
    message: Buffer.from(password),
    nonce: Buffer.from(salt, 'base64'),
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    tagLength: expected.length,
  }
  const actual = await derive('argon2id', parameters)
  return actual.length === expected.length && timingSafeEqual(actual, expected)
}
