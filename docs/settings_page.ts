import type { Setting } from '../src/service/settings/setting.ts'
import { settingGroups } from '../src/service/settings/setting_group.ts'
import { settingKeys, settingTable } from '../src/service/settings/setting_table.ts'

/** @returns The introduction, and a table for each group of settings. */
export function settingsPage(introduction: string): string {
  const sections = Object.entries(settingGroups).map(([group, title]) => {
    const rows = settingKeys.flatMap((key) => {
      const setting: Setting = settingTable[key]
      return setting.group === group ? [row(key, setting)] : []
    })
    return `## ${title}\n\n| key | meaning | values | default |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
  })
  return [introduction, ...sections].join('\n')
}

function row(key: string, { label, meaning, type, default: byDefault }: Setting): string {
  const shown =
    typeof byDefault === 'object'
      ? `\`${byDefault.path}\` of countersign.cfg`
      : valueText(byDefault)
  return `| \`${key}\` | **${label}.** ${meaning} | ${valuesText(type)} | ${shown} |`
}

function valuesText({ input, min, max, maxLength, choices, unit }: Setting['type']): string {
  switch (input) {
    case 'switch':
      return '`true`, `false`'
    case 'number':
      return `${min} to ${max}${unit === undefined ? '' : ` ${unit}`}`
    case 'choice':
      return (choices ?? []).map((choice) => `\`${choice}\``).join(', ')
    case 'time_zone':
      return 'a name such as `Europe/Berlin`'
    default:
      return `text, at most ${maxLength} characters`
  }
}

function valueText(value: string | number | boolean): string {
  return value === '' ? 'empty' : `\`${value}\``
}
