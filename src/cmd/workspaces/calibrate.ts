import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { errorText } from '../../host/error_text.ts'
import { createFile } from '../../host/replace_file.ts'
import {
  type Calibration,
  calibrate,
  formatCalibration,
  toKnobs,
} from '../../workspaces/calibrate/calibration.ts'
import { CaptureError } from '../../workspaces/calibrate/capture_file.ts'
import { radiusSettingsLimits } from '../../workspaces/radius_settings/limits.ts'
import { readWithin } from './aws_options.ts'
import { VerbError } from './run_program.ts'

interface CalibrateFlags {
  readonly output?: string
  readonly retries?: number
  readonly json: boolean
}

/** `workspaces calibrate` */
export function addCalibrateVerb(program: Command): void {
  program
    .command('calibrate')
    .description('turn a capture of a real directory into a settings file for the simulated one')
    .argument('<capture>', 'pcap or pcapng file with the RADIUS packets of the directory')
    .option('-o, --output <file>', 'write the settings that the capture shows to this new file')
    .option(
      '--retries <number>',
      'RadiusRetries of the directory (default: as seen)',
      readWithin(radiusSettingsLimits.RadiusRetries),
    )
    .option('--json', 'print the settings as JSON instead of the report', false)
    .addHelpText(
      'after',
      `
Capture on a RADIUS server while RADIUS is enabled and while people sign in:
  tcpdump -i any -w capture.pcap udp port 1812
To learn more, sign in with one server switched off, with both switched off, and with an empty MFA field.`,
    )
    .action((capture: string, flags: CalibrateFlags) => run(capture, flags))
}

function run(capture: string, { output, retries, json }: CalibrateFlags): void {
  const calibration = read(capture, retries)
  if (calibration.requests === 0) {
    throw new VerbError(
      `${capture} contains no RADIUS request; capture on the server: tcpdump -i any -w capture.pcap udp port 1812`,
    )
  }
  const knobs = `${JSON.stringify(toKnobs(calibration), undefined, 2)}\n`
  process.stdout.write(json ? knobs : formatCalibration(calibration))
  if (output === undefined) return
  if (existsSync(output)) throw new VerbError(`${output} already exists; choose a new file`)
  createFile(output, knobs)
  if (!json)
    process.stdout.write(`\nwrote ${output}; use it: workspaces directory --knobs ${output}\n`)
}

function read(capture: string, retries: number | undefined): Calibration {
  try {
    return calibrate(readFileSync(capture), retries === undefined ? {} : { retries })
  } catch (error) {
    if (error instanceof CaptureError) throw new VerbError(`${capture}: ${error.message}`)
    throw new VerbError(errorText(error))
  }
}
