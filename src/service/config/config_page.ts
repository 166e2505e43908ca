import type { ConfigOption, ConfigSection } from './config_option.ts'
import { configTable } from './option_table.ts'

const sections: readonly ConfigSection[] = configTable

/** The reference page of `countersign.cfg` (`docs/countersign.cfg.md`), from the option table. */
export function serviceConfigPage(): string {
  return `# countersign.cfg

The configuration of the MFA service, which all other verbs of \`countersign\` read too: the file of \`--config\`,
or else \`countersign.cfg\` in the data folder ([The command line](command-line.md)). Without a file all defaults
apply. The syntax is that of \`authproxy.cfg\`: sections in brackets, \`key=value\`, and comment lines that begin with
\`;\` or \`#\`. All problems are reported at once, each as \`file:line: what, and what to do\`, with exit status 2.
\`--data\` and \`--port\` override the file. Changes take effect when the service restarts.

This page is generated from the table in \`src/service/config/option_table.ts\`.
${sections.map(sectionText).join('')}`
}

function sectionText({ name, meaning, options }: ConfigSection): string {
  const rows = options.map(
    (option) =>
      `| \`${option.key}\` | ${describeKind(option)} | ${formatDefault(option)} | ${option.meaning}. |`,
  )
  return `
## [${name}]

${meaning}.

| key | value | default | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}

function describeKind({ type, values, min, max }: ConfigOption): string {
  switch (type) {
    case 'enum':
      return (values ?? []).map((value) => `\`${value}\``).join(', ')
    case 'integer':
      return `whole number, ${min ?? 0} to ${max ?? 'any'}`
    case 'boolean':
      return '`true` or `false`'
    default:
      return type
  }
}

function formatDefault(option: ConfigOption): string {
  return option.default === undefined ? '' : `\`${option.default}\``
}
