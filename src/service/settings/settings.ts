import type { ServiceConfig } from '../config/service_config.ts'
import { lockSetting, readSetting, writeSetting } from '../store/settings.ts'
import type { StoreDb } from '../store/store.ts'
import type { Setting } from './setting.ts'
import { SettingError } from './setting_error.ts'
import {
  isSettingKey,
  type SettingKey,
  type SettingOf,
  type SettingValues,
  settingKeys,
  settingTable,
} from './setting_table.ts'
import type { SettingValue } from './setting_type.ts'

/** The row of the table `settings` that has all values as one JSON object. */
const rowName = 'organisation_settings'

/** A setting with its value and where that comes from. */
export interface SettingState {
  readonly key: SettingKey
  readonly value: SettingValue
  readonly default: SettingValue
  readonly source: 'file' | 'stored' | 'default'
  /** The line of countersign.cfg that fixes it. */
  readonly line: number | undefined
}

/** A setting before and after a change. */
export interface SettingChange {
  readonly key: SettingKey
  readonly before: SettingValue
  readonly after: SettingValue
}

/** New values by key; `null` returns a setting to its default. */
export type SettingsUpdate = Readonly<Record<string, unknown>>

/**
 * The settings of the organisation. What countersign.cfg sets is fixed; everything else can be changed,
 * and applies on every node as soon as it calls `refresh`.
 */
export class Settings {
  readonly #config: ServiceConfig
  #text = ''
  #stored: SettingValues = {}

  /** @param config As read from the file. Nothing is known of the stored values before `refresh`. */
  constructor(config: ServiceConfig) {
    this.#config = config
  }

  /** With the values that are stored now. */
  static async load(config: ServiceConfig, db: StoreDb): Promise<Settings> {
    const settings = new Settings(config)
    await settings.refresh(db)
    return settings
  }

  /** The value as of the last `refresh`. */
  get<Key extends SettingKey>(key: Key): SettingOf<Key> {
    return this.#valueOf(key, this.#stored)
  }

  /** Reads the stored values again. */
  async refresh(db: StoreDb): Promise<void> {
    const text = (await readSetting(rowName, db)) ?? ''
    if (text === this.#text) return
    this.#stored = parseStored(text)
    this.#text = text
  }

  /** Every setting with its stored value as of now. */
  async list(db: StoreDb): Promise<readonly SettingState[]> {
    await this.refresh(db)
    return settingKeys.map((key) => this.#stateOf(key, this.#stored))
  }

  /**
   * Checks new values and stores them; values that are the same already are left out.
   *
   * @throws {SettingError} for the first that is wrong; then nothing is stored.
   */
  async update(update: SettingsUpdate, db: StoreDb): Promise<readonly SettingChange[]> {
    await lockSetting(rowName, db)
    const before = parseStored((await readSetting(rowName, db)) ?? '')
    const checked = Object.entries(update).map(([key, value]) => this.#check(key, value))
    const after: SettingValues = Object.fromEntries(
      Object.entries({ ...before, ...Object.fromEntries(checked) }).filter(
        ([, value]) => value !== undefined,
      ),
    )
    this.#checkTogether(after, checked)
    const changes = checked.flatMap(([key]) => {
      const change = { key, before: this.#valueOf(key, before), after: this.#valueOf(key, after) }
      return change.before === change.after ? [] : [change]
    })
    await writeSetting(rowName, JSON.stringify(after), db)
    return changes
  }

  #valueOf<Key extends SettingKey>(key: Key, stored: SettingValues): SettingOf<Key>
  #valueOf(key: SettingKey, stored: SettingValues): SettingValue {
    return this.#stateOf(key, stored).value
  }

  #stateOf(key: SettingKey, stored: SettingValues): SettingState {
    const { default: byDefault }: Setting = settingTable[key]
    if (typeof byDefault !== 'object') {
      const value = stored[key]
      return value === undefined
        ? { key, value: byDefault, default: byDefault, source: 'default', line: undefined }
        : { key, value, default: byDefault, source: 'stored', line: undefined }
    }
    const configured = byDefault.read(this.#config)
    const line = this.#config.writtenLines.get(byDefault.path)
    const value = line === undefined ? stored[key] : undefined
    return {
      key,
      value: value ?? configured,
      default: configured,
      source: line !== undefined ? 'file' : value === undefined ? 'default' : 'stored',
      line,
    }
  }

  #check(name: string, given: unknown): readonly [SettingKey, SettingValue | undefined] {
    if (!isSettingKey(name)) {
      throw new SettingError('SETTING_UNKNOWN', name, `there is no setting ${name}`)
    }
    const { line } = this.#stateOf(name, {})
    if (line !== undefined) {
      throw new SettingError(
        'SETTING_FIXED',
        name,
        `${name} is set in countersign.cfg:${line}; remove that line and restart the service to change it here`,
      )
    }
    if (given === null) return [name, undefined]
    const { type }: Setting = settingTable[name]
    const checked = type.check(given)
    if ('problem' in checked) {
      const { problem } = checked
      throw new SettingError('SETTING_INVALID', name, `${name} ${problem}`, problem)
    }
    return [name, checked.value]
  }

  #checkTogether(after: SettingValues, checked: readonly (readonly [SettingKey, unknown])[]): void {
    const confirm = this.#valueOf('keypress_confirm', after)
    const fraud = this.#valueOf('keypress_fraud', after)
    const changed = checked.find(([key]) => key === 'keypress_confirm' || key === 'keypress_fraud')
    if (changed === undefined) return
    const [key] = changed
    if (confirm === '') {
      const [confirmKey, problem] = ['keypress_confirm', 'must have a key']
      throw new SettingError('SETTING_INVALID', confirmKey, `${confirmKey} ${problem}`, problem)
    }
    if (fraud === '' || !confirm.includes(fraud)) return
    throw new SettingError(
      'SETTING_INVALID',
      key,
      `keypress_confirm and keypress_fraud both have the key ${fraud}; change one`,
    )
  }
}

/**
 * The stored value of a setting whose default is not in countersign.cfg, for acts, which read it in
 * their own transaction.
 *
 * @throws {Error} for a setting that countersign.cfg can fix.
 */
export async function readStoredSetting<Key extends SettingKey>(
  key: Key,
  db: StoreDb,
): Promise<SettingOf<Key>>
export async function readStoredSetting(key: SettingKey, db: StoreDb): Promise<SettingValue> {
  const { default: byDefault }: Setting = settingTable[key]
  if (typeof byDefault === 'object') throw new Error(`${key} depends on countersign.cfg`)
  return parseStored((await readSetting(rowName, db)) ?? '')[key] ?? byDefault
}

/** Keys and values that this version does not know are dropped. */
function parseStored(text: string): SettingValues {
  if (text === '') return {}
  const stored: unknown = JSON.parse(text)
  if (typeof stored !== 'object' || stored === null) return {}
  return Object.fromEntries(
    Object.entries(stored).filter(([key, value]) => {
      if (!isSettingKey(key)) return false
      const { type }: Setting = settingTable[key]
      return 'value' in type.check(value)
    }),
  )
}
