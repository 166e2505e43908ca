import { AdministratorLog } from '../audit/administrator_log.ts'
import { type StoredSettings, storedSettings } from '../settings/stored_settings.ts'
import type { Store, StoreDb } from '../store/store.ts'
import type { Act, Actor, LogLine } from './act.ts'
import { AdministrationError } from './administration_error.ts'
import type { ActApproval } from './approval.ts'
import { HourlyCounts, hourlyCaps } from './hourly_caps.ts'
import type { Permit } from './roles.ts'

/** In whose name and in which transaction an act runs. */
export interface ActRun {
  readonly store: Store
  readonly db: StoreDb
  /** In milliseconds since 1970. */
  readonly now: number
  readonly actor: Actor
  /** The second person, if the act was approved; otherwise an act that needs one is not done. */
  readonly approvedBy?: string
}

/** Thrown to end the transaction of an act that needs the approval of a second person first. */
export class ApprovalNeeded extends Error {
  override readonly name = 'ApprovalNeeded'
  readonly act: string
  readonly summary: string
  readonly permits: readonly Permit[]
  /** The input of the act, as JSON. */
  readonly input: string

  constructor(act: string, summary: string, permits: readonly Permit[], input: string) {
    super(`${act} needs the approval of a second person`)
    this.act = act
    this.summary = summary
    this.permits = permits
    this.input = input
  }
}

/**
 * Checks permits, step-up, approval and hourly limits of an act, does it, and writes its log lines.
 *
 * @throws {AdministrationError}
 * @throws {ApprovalNeeded}
 */
export async function runAct<Input, Result, Before>(
  act: Act<Input, Result, Before>,
  input: Input,
  run: ActRun,
): Promise<Result> {
  const { store, db, now, actor, approvedBy } = run
  const permits = await readPermits(act, input, db)
  for (const permit of permits) requirePermit(actor, permit, act.name)
  const needsStepUp = typeof act.stepUp === 'function' ? act.stepUp(input) : act.stepUp === true
  if (needsStepUp) requireStepUp(actor, now)
  const approval = approvedBy === undefined ? await approvalOf(act, run) : undefined
  if ((await approval?.when(input, db)) === true) throw needed(act, input, permits, run)
  const needsApproval = await approval?.watch?.(input, { store, db })
  if (act.hourly !== undefined) {
    await spend(actor, act.hourly.cap, (await act.hourly.count?.(input, db)) ?? 1, now, db)
  }
  const context = { store, db, now, actor: actor.name }
  // an act without `before` declares `undefined` as its type
  const before = (await act.before?.(context, input)) as Before
  const result = await act.do(context, input)
  // the error ends the transaction, so that nothing is changed
  if ((await needsApproval?.()) === true) throw needed(act, input, permits, run)
  for (const line of toLines(act.log(input, result, before))) {
    const { object, objectKind, objectId, description, changes } = line
    const { userId = objectKind === 'user' ? objectId : null } = line
    const approved = approvedBy === undefined ? '' : ` approved_by=${approvedBy}`
    await new AdministratorLog().append(
      {
        timestamp: now,
        actor: actor.name,
        actorId: actor.id ?? actor.session?.adminId ?? '',
        address: actor.address ?? '',
        action: act.name,
        object,
        objectKind,
        objectId,
        userId,
        description: `${toText(description)}${approved}`.trimStart(),
        changes: changes ?? {},
      },
      db,
    )
  }
  return result
}

/** The permits that an act needs for an input. */
export async function readPermits<Input>(
  { permits }: Pick<Act<Input, unknown>, 'permits'>,
  input: Input,
  db: StoreDb,
): Promise<readonly Permit[]> {
  return typeof permits === 'function' ? await permits(input, db) : permits
}

/**
 * @param what What is asked for, for the message.
 * @throws {AdministrationError} `ADMINISTRATION_DENIED`
 */
export function requirePermit({ role }: Actor, permit: Permit, what: string): void {
  if (role.permits.has(permit)) return
  throw new AdministrationError(
    'ADMINISTRATION_DENIED',
    `the role ${role.name} does not permit ${what}; it lacks ${permit}`,
    { permit },
  )
}

/** @throws {AdministrationError} `ADMINISTRATION_STEP_UP` if the session has to prove a factor first. */
export function requireStepUp({ session }: Actor, now: number): void {
  if (session === undefined) return
  if (session.steppedUpUntil !== null && now < session.steppedUpUntil) return
  throw new AdministrationError(
    'ADMINISTRATION_STEP_UP',
    'confirm that it is you: prove your second factor again',
  )
}

/**
 * Counts against the hourly limit of an administrator. The command line and the Admin API have none.
 *
 * @throws {AdministrationError} `ADMINISTRATION_LIMIT`
 */
export async function spend(
  { session }: Actor,
  cap: keyof typeof hourlyCaps,
  count: number,
  now: number,
  db: StoreDb,
): Promise<void> {
  if (session === undefined || count === 0) return
  const limit = (await storedSettings(db)).get(hourlyCaps[cap])
  const waitMs = await new HourlyCounts().add(session.adminId, cap, { count, limit }, now, db)
  if (waitMs === 0) return
  throw new AdministrationError(
    'ADMINISTRATION_LIMIT',
    `this would exceed the limit of ${limit} in an hour (${hourlyCaps[cap]}); wait until the next hour, or ask an owner`,
    { retryAfterSecs: Math.ceil(waitMs / 1000), cap },
  )
}

/** The approval that an act declares, if this actor needs one. */
async function approvalOf<Input, Result, Before>(
  { approval }: Act<Input, Result, Before>,
  { db, actor }: ActRun,
): Promise<ActApproval<Input, Result> | undefined> {
  if (approval === undefined || (actor.session === undefined && actor.ikey === undefined)) return
  const settings: StoredSettings = await storedSettings(db)
  return settings.get('two_person_approval') ? approval : undefined
}

/** What is thrown in place of an act that needs a second person. */
function needed<Input, Result, Before>(
  { name, approval }: Act<Input, Result, Before>,
  input: Input,
  permits: readonly Permit[],
  { actor }: ActRun,
): Error {
  if (approval !== undefined && actor.ikey === undefined) {
    return new ApprovalNeeded(name, approval.summary(input), permits, approval.write(input))
  }
  return new AdministrationError(
    'ADMINISTRATION_APPROVAL',
    `${name} needs the approval of a second administrator; request it in the Admin Panel`,
  )
}

function toLines(lines: LogLine | readonly LogLine[]): readonly LogLine[] {
  return 'object' in lines ? [lines] : lines
}

function toText(description: LogLine['description']): string {
  if (typeof description === 'string') return description
  return Object.entries(description)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${Array.isArray(value) ? value.join(' ') : String(value)}`)
    .join(' ')
}
