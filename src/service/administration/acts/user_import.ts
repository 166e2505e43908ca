import type { Clock } from '../../../host/clock.ts'
import { HardwareTokens } from '../../authenticators/hardware_tokens.ts'
import { Phones } from '../../authenticators/phone/phones.ts'
import { type Invitation, Invitations } from '../../people/enrolment/invitations.ts'
import { type Group, Groups } from '../../people/groups.ts'
import { DirectoryError, mayEnrol, type User } from '../../people/user.ts'
import { textColumns } from '../../people/user_file/user_columns.ts'
import { type UserFile, writeBadLines } from '../../people/user_file/user_file.ts'
import type { Cell, LineProblem, UserRow } from '../../people/user_file/user_row.ts'
import { newNameRefusal } from '../../people/user_names.ts'
import { Users } from '../../people/users.ts'
import type { Store, StoreDb } from '../../store/store.ts'
import type { Administration, RunAct } from '../administration.ts'
import { AdministrationError } from '../administration_error.ts'
import { setAliases } from './aliases.ts'
import { addMember, createGroup } from './groups.ts'
import { type InvitationMailer, inviteUser } from './invitations.ts'
import { addPhone } from './phones.ts'
import { assignToken } from './tokens.ts'
import { createUser, updateUser } from './users.ts'

export interface UserImportOptions {
  /** Does all the work, to find every problem, and rolls it back. */
  readonly dryRun: boolean
  /** Creates groups that do not exist; otherwise their lines have a problem. */
  readonly createGroups: boolean
  /** Invites the users who are not enrolled, and have no open invitation. */
  readonly invite: InvitationMailer | undefined
  /** Receives the lines that are done. */
  readonly onProgress?: ((done: number) => void | Promise<void>) | undefined
}

export interface UserImportResult {
  /** Lines with a user, without the first line and empty ones. */
  readonly lines: number
  readonly created: number
  readonly updated: number
  /** Lines that changed nothing, because the user is so already. */
  readonly unchanged: number
  readonly invited: number
  /** By line. */
  readonly problems: readonly LineProblem[]
  /** The lines with problems as CSV, to correct and import again. */
  readonly badLines: string
}

type Outcome = 'created' | 'updated' | 'unchanged'

/** What a line changed. */
interface RowChange {
  readonly row: UserRow
  readonly user: User
  readonly outcome: Outcome
  readonly invitation: { readonly code: string; readonly validSecs: number } | undefined
}

/** How the import of a line ended: with an outcome, or with an error. */
interface RowResult {
  readonly row: UserRow
  readonly outcome?: Outcome | undefined
  readonly wasInvited: boolean
  readonly error?: RowError | undefined
}

/** What a line changes; empty lists change nothing. */
interface Plan {
  readonly row: UserRow
  readonly user: User | undefined
  readonly aliases: readonly Cell[]
  readonly phones: UserRow['phones']
  readonly groups: readonly { readonly cell: Cell; readonly group: Group | undefined }[]
  readonly tokens: readonly { readonly cell: Cell; readonly tokenId: string }[]
  readonly isInvited: boolean
}

/**
 * Committing each line on its own takes twice as long. More lines would delay sign-ins, which wait while a
 * transaction writes.
 */
const rowsPerTransaction = 20

/**
 * Imports the users of a file. A line with a problem changes nothing, and the others are imported. It is
 * safe to repeat: a line that was imported changes nothing again.
 *
 * An existing user is found by name or alias. Their empty cells, further aliases, phones, groups and tokens
 * stay as they are; a locked user stays locked.
 */
export class UserImport {
  readonly #store: Store
  readonly #administration: Administration
  readonly #clock: Clock
  readonly #options: UserImportOptions

  constructor(
    store: Store,
    administration: Administration,
    clock: Clock,
    options: UserImportOptions,
  ) {
    this.#store = store
    this.#administration = administration
    this.#clock = clock
    this.#options = options
  }

  /** @throws {AdministrationError} `ADMINISTRATION_DENIED` if the administrator may not import users. */
  async run(file: UserFile): Promise<UserImportResult> {
    this.#administration.require('users.create', 'an import of users')
    const counts = { created: 0, updated: 0, unchanged: 0 }
    const problems = [...file.problems]
    const badLines = new Map(file.badLines)
    let invited = 0
    for (let done = 0; done < file.rows.length; ) {
      const rows = file.rows.slice(done, done + rowsPerTransaction)
      for (const { row, outcome, wasInvited, error } of await this.#importRows(rows)) {
        if (outcome !== undefined) counts[outcome]++
        if (wasInvited) invited++
        if (error === undefined) continue
        problems.push({ line: row.line, column: error.column, what: error.message })
        badLines.set(row.line, row.cells)
      }
      done += rows.length
      await this.#options.onProgress?.(done)
      // sign-ins go on between two transactions
      await new Promise(setImmediate)
    }
    problems.sort((one, other) => one.line - other.line)
    return {
      lines: file.rows.length + file.problems.length,
      ...counts,
      invited,
      problems,
      badLines: writeBadLines(file, problems, badLines),
    }
  }

  /** Imports lines in one transaction or, if one of them has a problem, each in its own. */
  async #importRows(rows: readonly UserRow[]): Promise<readonly RowResult[]> {
    let changes: readonly RowChange[]
    try {
      changes = await this.#changeTogether(rows)
    } catch (error) {
      if (!(error instanceof RowError)) throw error
      if (rows.length === 1) return rows.map((row) => ({ row, error, wasInvited: false }))
      const results: RowResult[] = []
      for (const row of rows) results.push(...(await this.#importRows([row])))
      return results
    }
    const results: RowResult[] = []
    for (const { row, user, outcome, invitation } of changes) {
      const to = row.fields.email ?? user.email
      const error =
        invitation === undefined || this.#options.dryRun
          ? undefined
          : await this.#mail(user, to, invitation)
      const wasInvited = invitation !== undefined && error === undefined
      results.push({ row, outcome: error === undefined ? outcome : undefined, wasInvited, error })
    }
    return results
  }

  /** @throws {RowError} for the first line with a problem; then no line is imported. */
  async #changeTogether(rows: readonly UserRow[]): Promise<readonly RowChange[]> {
    let column = 'username'
    let plan: Plan | undefined
    try {
      return await this.#administration.together(async (run, db) => {
        const changes: RowChange[] = []
        for (const row of rows) {
          column = 'username'
          // in the transaction, because an earlier line can change the same user, group or token
          plan = await this.#plan(row, db)
          const change = await this.#change(plan, run, (place) => {
            column = place
          })
          changes.push(change)
        }
        if (this.#options.dryRun) throw new DryRun(changes)
        return changes
      })
    } catch (error) {
      if (error instanceof DryRun) return error.changes
      const isExpected = error instanceof DirectoryError || error instanceof AdministrationError
      if (!isExpected) throw error
      throw new RowError(await this.#problemColumn(column, plan), error.message)
    }
  }

  /** Compares a line with what is stored. */
  async #plan(row: UserRow, db: StoreDb): Promise<Plan> {
    const user = await new Users().byName(row.username, db)
    if (user !== undefined && user.trashed !== null) {
      throw new RowError('username', 'the user is in the trash; restore the user first')
    }
    const names = new Set(
      [user?.username ?? row.username, ...(user?.aliases ?? [])].map((name) => folded(name)),
    )
    const phones = user === undefined ? [] : await new Phones().ofUser(user.userId, db)
    const memberships = user === undefined ? [] : await new Groups().ofUser(user.userId, db)
    const own = new Set(memberships.map(({ name }) => name))
    const groups = []
    for (const cell of row.groups) {
      if (own.has(cell.value)) continue
      own.add(cell.value)
      groups.push({ cell, group: await this.#findGroup(cell, db) })
    }
    const tokens = []
    for (const cell of row.tokens) {
      const tokenId = await this.#findToken(cell, user, db)
      if (tokenId !== undefined) tokens.push({ cell, tokenId })
    }
    return {
      row,
      user,
      aliases: row.aliases.filter(({ value }) => !names.has(folded(value))),
      phones: row.phones.filter(
        ({ value, extension }) =>
          !phones.some((phone) => phone.number === digits(value) && phone.extension === extension),
      ),
      groups,
      tokens,
      isInvited: await this.#shallInvite(row, user, db),
    }
  }

  async #change(
    { row, user: known, ...plan }: Plan,
    run: RunAct,
    at: (column: string) => void,
  ): Promise<RowChange> {
    const change = changedFields(row, known)
    const user = known ?? (await run(createUser, { username: row.username, ...change }))
    if (known !== undefined && Object.keys(change).length > 0) {
      at(Object.keys(change)[0] ?? '')
      await run(updateUser, { user: known, change })
    }
    if (plan.aliases.length > 0) {
      at('alias1')
      const aliases = [...user.aliases, ...plan.aliases.map(({ value }) => value)]
      await run(setAliases, { user, aliases })
    }
    for (const { column, value: number, extension, platform, type } of plan.phones) {
      at(column)
      await run(addPhone, { user, phone: { number, extension, platform, type } })
    }
    for (const { cell, group: known } of plan.groups) {
      at(cell.column)
      const added = { name: cell.value, status: 'active', description: '' } as const
      const group = known ?? (await run(createGroup, added))
      await run(addMember, { group, user })
    }
    for (const { cell, tokenId } of plan.tokens) {
      at(cell.column)
      if (!(await run(assignToken, { tokenId, user }))) throw tokenGone(cell)
    }
    at('email')
    const invitation = plan.isInvited ? await run(inviteUser, { user }) : undefined
    const isChanged =
      Object.keys(change).length +
        plan.aliases.length +
        plan.phones.length +
        plan.groups.length +
        plan.tokens.length >
      0
    const outcome: Outcome = known === undefined ? 'created' : isChanged ? 'updated' : 'unchanged'
    return { row, user, invitation, outcome }
  }

  async #findGroup({ column, value }: Cell, db: StoreDb): Promise<Group | undefined> {
    const group = await new Groups().byName(value, db)
    if (group !== undefined || this.#options.createGroups) return group
    throw new RowError(
      column,
      `there is no group '${value}'; create it, or let the import create groups`,
    )
  }

  /** The token to assign; `undefined` if the user has it already. */
  async #findToken(
    { column, value, kind }: UserRow['tokens'][number],
    user: User | undefined,
    db: StoreDb,
  ): Promise<string | undefined> {
    const named = await new HardwareTokens(this.#store).named(value, db)
    const found = named.filter(
      (token) =>
        token.serial === value &&
        token.phoneId === null &&
        (kind === undefined || token.kind === kind),
    )
    const [token, other] = found
    if (token === undefined) {
      throw new RowError(
        column,
        `there is no token with serial '${value}'; import the tokens first`,
      )
    }
    if (other !== undefined) {
      throw new RowError(
        column,
        `several tokens have the serial '${value}'; say which in ${column.replace('token', 'type')}`,
      )
    }
    if (token.userId === null) return token.tokenId
    if (token.userId === user?.userId) return undefined
    throw new RowError(column, `another user has the token '${value}'; unassign it there first`)
  }

  async #shallInvite(row: UserRow, user: User | undefined, db: StoreDb): Promise<boolean> {
    if (this.#options.invite === undefined || user?.enrolled === true) return false
    if (!mayEnrol({ status: row.status ?? user?.status ?? 'active' })) return false
    const latest =
      user === undefined
        ? undefined
        : (await new Invitations().latestByUser([user.userId], db)).get(user.userId)
    if (latest !== undefined && isOpen(latest, this.#clock.now())) return false
    if ((row.fields.email ?? user?.email ?? '') !== '') return true
    throw new RowError('email', 'an invitation needs an e-mail address; write one')
  }

  async #mail(
    user: User,
    to: string,
    invitation: { readonly code: string; readonly validSecs: number },
  ): Promise<RowError | undefined> {
    try {
      await this.#options.invite?.(user, to, invitation, { isReminder: false })
      return undefined
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return new RowError(
        'email',
        `the user was imported, but the invitation was not mailed: ${reason}; import the line again`,
      )
    }
  }

  /** The column of the alias that another user has. */
  async #problemColumn(column: string, plan: Plan | undefined): Promise<string> {
    if (plan === undefined || !column.startsWith('alias')) return column
    const { aliases, user } = plan
    for (const alias of aliases) {
      const refusal = await newNameRefusal(alias.value, 'none', this.#store.db)
      const isOwn = refusal?.kind === 'look_alike' && refusal.of.userId === user?.userId
      if (refusal !== undefined && !isOwn) return alias.column
    }
    return aliases[0]?.column ?? column
  }
}

/** Thrown for a line that can't be imported. */
class RowError extends Error {
  override readonly name = 'RowError'
  readonly column: string

  constructor(column: string, message: string) {
    super(message)
    this.column = column
  }
}

/** Thrown with the result of a dry run, to roll the transaction back. */
class DryRun extends Error {
  readonly changes: readonly RowChange[]

  constructor(changes: readonly RowChange[]) {
    super('a dry run is not committed')
    this.changes = changes
  }
}

function tokenGone({ value }: Cell): DirectoryError {
  return new DirectoryError('DIRECTORY_NOT_FOUND', `the token '${value}' was deleted meanwhile`)
}

/** The fields that differ from the user's. */
function changedFields({ fields, status }: UserRow, user: User | undefined) {
  const texts = textColumns.flatMap((name) => {
    const value = fields[name]
    return value === undefined || value === user?.[name] ? [] : [[name, value] as const]
  })
  const isKept = user !== undefined && (user.status === status || user.status === 'locked out')
  return {
    ...(Object.fromEntries(texts) as UserRow['fields']),
    ...(status === undefined || isKept ? {} : { status }),
  }
}

function isOpen({ used, replaced, expires, sent }: Invitation, now: number): boolean {
  return used === null && replaced === null && expires > now && sent !== null
}

function folded(name: string): string {
  return name.trim().normalize('NFC').toLowerCase()
}

function digits(number: string): string {
  return number.replace(/[\s().-]/g, '')
}
