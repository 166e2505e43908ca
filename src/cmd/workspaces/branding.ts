import { type Command, InvalidArgumentError, Option } from 'commander'
import { errorText } from '../../host/error_text.ts'
import { parseJson } from '../../host/parse_json.ts'
import {
  BrandingError,
  type BrandingPlatform,
  brandingPlatforms,
  type ExistingBranding,
  planBranding,
} from '../../workspaces/guide/branding.ts'
import { readInput } from '../countersign/input_file.ts'
import { json } from '../countersign/output.ts'
import { readDirectoryId } from './aws_options.ts'
import { VerbError } from './run_program.ts'

interface BrandingOptions {
  readonly directory: string
  readonly platforms?: readonly BrandingPlatform[]
  readonly appName: string
  readonly portal?: string
  readonly supportEmail?: string
  readonly supportLink?: string
  readonly messageFile?: string
  readonly existing?: string
}

const shortNames = brandingPlatforms.map((name) => name.replace('DeviceType', '').toLowerCase())

/** `workspaces branding` */
export function addBrandingVerb(program: Command): void {
  program
    .command('branding')
    .description(
      'print the text of the sign-in page, as JSON for "aws workspaces import-client-branding"',
    )
    .addOption(
      new Option('--directory <id>', 'the directory: d- and ten hexadecimal digits')
        .env('WORKSPACES_DIRECTORY')
        .argParser(readDirectoryId)
        .makeOptionMandatory(),
    )
    .option(
      '--platforms <names>',
      `comma-separated: ${shortNames.join(', ')} (default: all)`,
      readPlatforms,
    )
    .option('--app-name <text>', 'how the text names the app', 'the Countersign app')
    .option('--portal <url>', 'where users enrol; a link in the text')
    .option('--support-email <address>', 'mail address of the help desk')
    .option('--support-link <url>', 'web address of the help desk')
    .option('--message-file <file>', 'HTML in place of the generated text, at most 2000 characters')
    .option(
      '--existing <file>',
      'output of "aws workspaces describe-client-branding", which is merged in; - reads standard input',
    )
    .action(async (options: BrandingOptions) => {
      await printBranding(options)
    })
}

async function printBranding(options: BrandingOptions): Promise<void> {
  const {
    directory,
    platforms = brandingPlatforms,
    appName,
    portal,
    supportEmail,
    supportLink,
  } = options
  try {
    const message =
      options.messageFile === undefined
        ? undefined
        : (await readInput(options.messageFile)).toString('utf8').trim()
    const existing =
      options.existing === undefined ? undefined : await readExisting(options.existing)
    const text = { appName, portalUrl: portal, supportEmail, supportLink, message }
    const { input, warnings } = planBranding(directory, platforms, text, existing)
    process.stdout.write(json(input))
    const unmerged =
      existing === undefined
        ? [
            'AWS replaces the branding of each platform as a whole; add --existing to keep what is there',
          ]
        : []
    for (const line of [...warnings, ...unmerged]) process.stderr.write(`WARNING ${line}\n`)
  } catch (error) {
    if (error instanceof BrandingError) throw new VerbError(error.message)
    throw error
  }
}

async function readExisting(file: string): Promise<ExistingBranding> {
  let parsed: unknown
  try {
    parsed = parseJson((await readInput(file)).toString('utf8'))
  } catch (error) {
    throw new VerbError(`${file} can't be read as the branding of a directory: ${errorText(error)}`)
  }
  const entries = Object.entries(isRecord(parsed) ? parsed : {}).filter(
    ([name, value]) => brandingPlatforms.some((platform) => platform === name) && isRecord(value),
  )
  return Object.fromEntries(entries)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readPlatforms(text: string): readonly BrandingPlatform[] {
  const names = text
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
  const unknown = names.find((name) => !shortNames.includes(name))
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`'${unknown}' is unknown; use ${shortNames.join(', ')}`)
  }
  return brandingPlatforms.filter((_platform, index) => names.includes(shortNames[index] ?? ''))
}
