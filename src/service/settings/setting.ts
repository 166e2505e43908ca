import type { ServiceConfig } from '../config/service_config.ts'
import type { SettingGroup } from './setting_group.ts'
import type { SettingType, SettingValue } from './setting_type.ts'

/** Where a setting's default is, and what fixes it: an option of countersign.cfg. */
export interface SettingOption<Value extends SettingValue> {
  /** `section.key` */
  readonly path: string
  /** The value of the file, or the option's default. */
  readonly read: (config: ServiceConfig) => Value
}

/** One setting of the organisation: all that the panel, the Admin API and the command line know about it. */
export interface Setting<Value extends SettingValue = SettingValue> {
  readonly group: SettingGroup
  readonly type: SettingType<Value>
  /** What the page calls it. */
  readonly label: string
  /** What it affects: one sentence without a full stop. */
  readonly meaning: string
  readonly default: Value | SettingOption<Value>
  /** Changing it can weaken sign-ins, so that the administrator proves a factor again. */
  readonly security?: boolean
}

/** Declares a setting; its type follows from the type of its values. */
export function setting<Value extends SettingValue>(definition: Setting<Value>): Setting<Value> {
  return definition
}
