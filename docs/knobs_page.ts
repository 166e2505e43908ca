import { knobTable } from '../src/workspaces/knobs/knob_table.ts'

/** The page about the knobs of the simulated directory: an introduction, then one row for each. */
export function knobsPage(introduction: string): string {
  const rows = Object.entries(knobTable).map(
    ([name, { default: value, evidence, text }]) =>
      `| \`${name}\` | \`${cell(JSON.stringify(value))}\` | ${evidence} | ${cell(text)} |`,
  )
  const head = [
    '| setting | default | AWS’s behaviour is | what it decides |',
    '| --- | --- | --- | --- |',
  ]
  return `${introduction}\n${[...head, ...rows].join('\n')}\n`
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
