import { changedFields } from '../../audit/changes.ts'
import { assignToHolders, type HeldToken } from '../../authenticators/oath/assign_to_holders.ts'
import { type ListedToken, OathTokens } from '../../authenticators/oath/oath_tokens.ts'
import type { Imported, ImportOptions } from '../../authenticators/token_files/token_import.ts'
import { type NewYubikey, Yubikeys } from '../../authenticators/yubikey/yubikeys.ts'
import { Users } from '../../people/users.ts'
import { act, type LogLine } from '../act.ts'

const serialsPerLine = 100

/** @throws {DirectoryError} As `OathTokens.import`. */
export const importTokens = act({
  name: 'hardtoken_import',
  permits: ['tokens.import'],
  do: (
    { store, db, now },
    {
      tokens,
      options,
    }: {
      /** Name of the file, for the log. */
      readonly file: string
      readonly tokens: readonly ListedToken[]
      readonly options: ImportOptions
    },
  ) => new OathTokens(store).import(tokens, options, now, db),
  log: ({ file }, imported) => importLines(file, imported),
})

/** @throws {DirectoryError} As `Yubikeys.import`. */
export const importYubikeys = act({
  name: 'hardtoken_import',
  permits: ['tokens.import'],
  do: (
    { store, db, now },
    {
      yubikeys,
      options,
    }: {
      /** Name of the file, for the log. */
      readonly file: string
      readonly yubikeys: readonly NewYubikey[]
      readonly options: ImportOptions
    },
  ) => new Yubikeys(store).import(yubikeys, options, now, db),
  log: ({ file }, imported) => importLines(file, imported),
})

/** Assigns imported tokens to the users that the file names. */
export const assignListedTokens = act({
  name: 'hardtoken_assign',
  permits: ['tokens.import'],
  do: ({ db, now }, { tokens }: { readonly tokens: readonly HeldToken[] }) =>
    assignToHolders(tokens, new Users(), now, db),
  log: (_, { assigned }) =>
    assigned.map(({ tokenId, userId, username }) => ({
      object: tokenId,
      objectKind: 'token',
      objectId: tokenId,
      userId,
      description: { user: username },
      changes: changedFields({}, { user: username }),
    })),
})

/** Counts, then all serials, a limited number per line. */
function importLines(file: string, { added, replaced, skipped }: Imported): LogLine[] {
  const counts = `added=${added.length} replaced=${replaced.length} skipped=${skipped.length}`
  return [counts, ...serialLines('added', added), ...serialLines('replaced', replaced)].map(
    (description) => ({ object: file, objectKind: 'token', objectId: '', description }),
  )
}

function serialLines(what: string, serials: readonly string[]): string[] {
  return Array.from({ length: Math.ceil(serials.length / serialsPerLine) }, (_, line) => {
    const start = line * serialsPerLine
    return `${what}: ${serials.slice(start, start + serialsPerLine).join(', ')}`
  })
}
