import type { StoreDb } from '../../store/store.ts'
import type { ListedToken, OathTokens } from './oath_tokens.ts'

/** Two tokens with the same secret: each accepts the passcodes of the other. */
export interface SharedSecret {
  /** Of the token in the file. */
  readonly serial: string
  /** Of the other token, in the file or in the database. */
  readonly other: string
}

/**
 * Finds tokens of a file whose secret another token has, which happens when a spreadsheet has changed the
 * serials of a file that was imported before. Reads all tokens, so it is for previews.
 */
export async function findSharedSecrets(
  listed: readonly ListedToken[],
  tokens: OathTokens,
  db: StoreDb,
): Promise<SharedSecret[]> {
  const serials = new Map<string, string>()
  const shared: SharedSecret[] = []
  for (const { serial, secret } of listed) {
    const other = serials.get(secret.reveal())
    if (other === undefined) serials.set(secret.reveal(), serial)
    else if (other !== serial) shared.push({ serial, other })
  }
  for await (const page of tokens.secrets(db)) {
    for (const { serial: other, secret } of page) {
      const serial = serials.get(secret)
      if (serial !== undefined && serial !== other) shared.push({ serial, other })
    }
    // lets other requests run between the pages
    await new Promise(setImmediate)
  }
  return shared
}
