import type { Command } from 'commander'
import { updateSettings } from '../../service/administration/acts/settings.ts'
import type { Setting } from '../../service/settings/setting.ts'
import { isSettingKey, settingKeys, settingTable } from '../../service/settings/setting_table.ts'
import type { SettingValue } from '../../service/settings/setting_type.ts'
import { type SettingState, Settings } from '../../service/settings/settings.ts'
import { CommandError, type Context, type DataOptions, dataOptions, withStore } from './context.ts'
import { json, show, suggestWord, table } from './output.ts'

/** `countersign settings …` */
export function addSettingsVerb(program: Command): void {
  const settings = program
    .command('settings')
    .description('settings of the organisation, which the Admin Panel shows, too')
  dataOptions(settings.command('list'))
    .description('list all settings with their values')
    .option('--all', 'also those that have no effect and are kept for the Admin API', false)
    .action(list)
  dataOptions(settings.command('get <name>')).description('show one setting').action(get)
  dataOptions(settings.command('set <name> [value]'))
    .description('change a setting; all nodes use it within seconds')
    .option('--default', 'return to the default', false)
    .action(set)
}

async function list(options: DataOptions & { readonly all: boolean }): Promise<void> {
  await withStore(options, async (context) => {
    const states = (await listStates(context)).filter(
      ({ key }) => options.all || settingTable[key].group !== 'api',
    )
    process.stdout.write(
      context.json
        ? json(states.map(toJson))
        : table(
            ['SETTING', 'VALUE', 'FROM'],
            states.map((state) => [state.key, toText(state.value), describeSource(state)]),
            '',
          ),
    )
  })
}

async function get(name: string, options: DataOptions): Promise<void> {
  await withStore(options, async (context) => {
    const state = findState(name, await listStates(context))
    const { label, meaning }: Setting = settingTable[state.key]
    show(
      context.json,
      toJson(state),
      `${toText(state.value)}\n\n  ${label}\n  ${meaning}.\n  From: ${describeSource(state)}; default: ${toText(state.default)}`,
    )
  })
}

async function set(
  name: string,
  value: string | undefined,
  options: DataOptions & { readonly default: boolean },
): Promise<void> {
  if ((value === undefined) !== options.default) {
    throw new CommandError('write either a value or --default')
  }
  await withStore(options, async (context) => {
    const { administration, location, store } = context
    const { key } = findState(name, await listStates(context))
    const settings = new Settings(location.config)
    const update = { [key]: value ?? null }
    const [change] = await administration.run(updateSettings, { settings, update })
    const state = findState(name, await settings.list(store.db))
    const text =
      change === undefined
        ? `${key} is ${toText(state.value)} already`
        : `${key} changed from ${toText(change.before)} to ${toText(change.after)}`
    show(context.json, toJson(state), text)
  })
}

async function listStates({ location, store }: Context): Promise<readonly SettingState[]> {
  return await new Settings(location.config).list(store.db)
}

function findState(name: string, states: readonly SettingState[]): SettingState {
  const state = states.find(({ key }) => key === name)
  if (isSettingKey(name) && state !== undefined) return state
  const close = suggestWord(name, settingKeys)
  throw new CommandError(
    `there is no setting '${name}'; ${close === undefined ? 'see countersign settings list' : `did you mean ${close}?`}`,
  )
}

function toText(value: SettingValue): string {
  return value === '' ? '-' : String(value)
}

function describeSource({ source, line }: SettingState): string {
  switch (source) {
    case 'file':
      return `countersign.cfg:${line}`
    case 'stored':
      return 'set'
    case 'default':
      return 'default'
  }
}

function toJson(state: SettingState) {
  return {
    name: state.key,
    value: state.value,
    default: state.default,
    source: state.source === 'file' ? `countersign.cfg:${state.line}` : state.source,
  }
}
