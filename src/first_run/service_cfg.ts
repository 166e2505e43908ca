import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { formatProblem } from '../service/config/config_values.ts'
import { readServiceConfig, type ServiceConfig } from '../service/config/service_config.ts'
import { FirstRunError } from './first_run_file.ts'

const newCfg = `; Made by 'countersign up'. Every key is explained in docs/countersign.cfg.md.
; outbox: nothing leaves this machine. What would have been sent: countersign outbox
[sms]
provider=outbox

[phone]
provider=outbox

[mail]
provider=outbox
`

/** Reads the service's configuration in a data folder, and writes one where there is none. */
export function serviceCfg(folder: string): ServiceConfig {
  const file = join(folder, 'countersign.cfg')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (!existsSync(file)) writeFileSync(file, newCfg, { mode: 0o600 })
  const { config, problems } = readServiceConfig(readFileSync(file, 'utf8'), file)
  if (config === undefined) throw new FirstRunError(problems.map(formatProblem).join('\n'))
  return config
}
