import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { errorText } from '../../host/error_text.ts'
import { parseJson } from '../../host/parse_json.ts'
import { createFile, replaceFile } from '../../host/replace_file.ts'
import type { DirectoryIdentity } from '../directory/directory.ts'
import type { RadiusState, StateStore } from '../directory/directory_state.ts'
import type { Knobs } from '../knobs/knob_table.ts'
import { type DirectoryType, defaultKnobs, parseKnobs } from '../knobs/knobs.ts'
import { parseRadiusSettings } from '../radius_settings/radius_settings.ts'
import { StateError } from './state_error.ts'

const stateName = 'directory.json'
const usersName = 'users.json'

const stateSchema = z.object({
  version: z.literal(1),
  directory: z.object({
    directoryId: z.string().regex(/^d-[0-9a-f]{10}$/),
    name: z.string().min(1),
    shortName: z.string().min(1),
    type: z.enum(['ADConnector', 'MicrosoftAD', 'SimpleAD']),
    launchTime: z.number(),
  }),
  radius: z
    .object({
      settings: z.record(z.string(), z.unknown()),
      status: z.enum(['Creating', 'Completed', 'Failed']),
      since: z.number(),
      lastProbe: z.array(
        z.object({
          controller: z.string(),
          server: z.string(),
          address: z.string(),
          isValid: z.boolean(),
          result: z.string(),
          rttMs: z.number().optional(),
        }),
      ),
    })
    .optional(),
  knobs: z.record(z.string(), z.unknown()).optional(),
})

type StoredState = z.output<typeof stateSchema>

/** Properties of a new directory. */
export interface NewDirectory {
  readonly name: string
  readonly type: DirectoryType
}

/**
 * The folder in which `workspaces directory` keeps a directory: `directory.json` with its settings, and `users.json`.
 * Both contain secrets, so that only their owner can read them.
 */
export class DataFolder implements StateStore {
  readonly #file: string
  readonly usersFile: string
  #state: StoredState

  private constructor(folder: string, state: StoredState) {
    this.#file = join(folder, stateName)
    this.usersFile = join(folder, usersName)
    this.#state = state
  }

  /** Opens a folder, and creates the directory in it if there is none. @throws {StateError} */
  static open(folder: string, created: NewDirectory, now: number): DataFolder {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const file = join(folder, stateName)
    if (existsSync(file)) return new DataFolder(folder, readState(file))
    const directory: DirectoryIdentity = {
      directoryId: `d-${randomBytes(5).toString('hex')}`,
      shortName: (created.name.split('.')[0] ?? created.name).toUpperCase().slice(0, 15),
      launchTime: now,
      ...created,
    }
    const state: StoredState = { version: 1, directory }
    createFile(file, formatState(state))
    return new DataFolder(folder, state)
  }

  get identity(): DirectoryIdentity {
    return this.#state.directory
  }

  loadRadius(): RadiusState | undefined {
    const { radius } = this.#state
    if (radius === undefined) return undefined
    const parsed = parseRadiusSettings(radius.settings)
    if (!parsed.ok) {
      const [problem] = parsed.problems
      throw new StateError(`${this.#file}: radius.settings.${problem?.field}: ${problem?.message}`)
    }
    const lastProbe = radius.lastProbe.map(({ rttMs, ...probe }) =>
      rttMs === undefined ? probe : { ...probe, rttMs },
    )
    return { settings: parsed.settings, status: radius.status, since: radius.since, lastProbe }
  }

  saveRadius(state: RadiusState | undefined): void {
    const { radius: _radius, ...rest } = this.#state
    this.#write(state === undefined ? rest : { ...rest, radius: toStored(state) })
  }

  loadKnobs(): Knobs | undefined {
    const { knobs, directory } = this.#state
    return knobs === undefined ? undefined : parseKnobs(knobs, defaultKnobs(directory.type))
  }

  saveKnobs(knobs: Knobs): void {
    this.#write({ ...this.#state, knobs: { ...knobs } })
  }

  #write(state: StoredState): void {
    this.#state = state
    replaceFile(this.#file, formatState(state))
  }
}

function toStored({ settings, ...state }: RadiusState): NonNullable<StoredState['radius']> {
  const SharedSecret = settings.SharedSecret.reveal()
  return { ...state, lastProbe: [...state.lastProbe], settings: { ...settings, SharedSecret } }
}

function readState(file: string): StoredState {
  let value: unknown
  try {
    value = parseJson(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new StateError(`${file} can't be read: ${errorText(error)}`)
  }
  const parsed = stateSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new StateError(
    `${file}: ${issue?.path.join('.')}: ${issue?.message}; correct it, or remove the file to start with a new directory`,
  )
}

function formatState(state: StoredState): string {
  return `${JSON.stringify(state, undefined, 2)}\n`
}
